// SPDX-License-Identifier: GPL-2.0
/*
 * The places that src/intercept's assembly has, where functions of the kernel would enter the module.  Here
 * hosted::Process enters it: nothing jumps to these.
 */
#include <cstdlib>
#include <intercept/places.h>

#define LANDING(name)                                                                              \
    void sysvipc_enter##name();                                                                    \
    void sysvipc_enter##name()                                                                     \
    {                                                                                              \
        std::abort();                                                                              \
    }
#define PLACE(name)                                                                                \
    extern unsigned long sysvipc_at_##name;                                                        \
    unsigned long sysvipc_at_##name = 0;

extern "C" {

LANDING()
LANDING(_intercepted)
LANDING(_call)
LANDING(_nowhere)
PLACE(trial)
extern unsigned char sysvipc_marks[];
unsigned char sysvipc_marks[MARK_COUNT];
extern bool sysvipc_trial_hit;
bool sysvipc_trial_hit = false;
#define CALL(abi, name, function, number) LANDING(_##abi##_##name##_in_place) PLACE(abi##_##name)
#include <arch/calls.def>
#define HANDLER(handler, kind) LANDING(_##handler)
#define FUNCTION(place, ...) LANDING(_##place##_in_place) PLACE(place)
#include <intercept/functions.def>

} // extern "C"
