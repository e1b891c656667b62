// SPDX-License-Identifier: GPL-2.0
/*
 * EachCase: tests made from two tables: operations and their operands.
 */
#pragma once

#include "lib/harness.hpp"

#include <initializer_list>
#include <string>

// A case has a name; the test of a case and a body has the names of both.  The table has to stay.
template <class Case>
struct EachCase {
    struct Body {
        const char* name;
        void (*run)(const Case&);
    };

    template <std::size_t count>
    EachCase(const Case (&cases)[count], std::initializer_list<Body> bodies)
    {
        for (const Case& one : cases)
            for (const Body& body : bodies)
                harness::Registration { std::string { one.name } + '_' + body.name,
                                        [&one, run = body.run] { run(one); } };
    }
};
