/* SPDX-License-Identifier: GPL-2.0 */
/* arm64: kernel configuration that the compiler must not see: none; included before every C source (Kbuild). */
