// SPDX-License-Identifier: GPL-2.0
/* What most files here include of the standard library: precompiled once.  They still include what they use. */
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
