// SPDX-License-Identifier: GPL-2.0
/* Standard headers of most files here, precompiled once.  The files still include all that they use. */
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>
