/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a file is one that src/kapi/segment.c made. */
#ifndef SYSVIPC_SRC_KAPI_SEGMENT_FILE_H
#define SYSVIPC_SRC_KAPI_SEGMENT_FILE_H

struct file;

bool is_segment_file(const struct file *file);

#endif
