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
LANDING(_exit_files)
LANDING(_exit_files_in_place)
LANDING(_leaving)
LANDING(_copy_process)
LANDING(_copy_process_in_place)
LANDING(_ipc_ns_ending)
LANDING(_proc_open)
LANDING(_proc_open_in_place)
LANDING(_destroy_orphaned)
LANDING(_destroy_orphaned_in_place)
PLACE(trial)
PLACE(exit_files)
PLACE(copy_process)
PLACE(ipc_ns_ending)
PLACE(proc_open)
PLACE(destroy_orphaned)
extern unsigned char sysvipc_marks[];
unsigned char sysvipc_marks[MARK_COUNT];
extern bool sysvipc_trial_hit;
bool sysvipc_trial_hit = false;
#define CALL(abi, name, function, number) LANDING(_##abi##_##name##_in_place) PLACE(abi##_##name)
#include <arch/calls.def>
#define LEAVING(abi, name, function) LANDING(_##abi##_##name##_in_place) PLACE(abi##_##name)
#include <arch/leaving.def>

} // extern "C"
