// SPDX-License-Identifier: BSD-2-Clause
// Trap numbers as contexts and signal codes show them.
// FreeBSD's numbers, which are not the processor's vectors.
#pragma once

#define T_PRIVINFLT	1	// invalid opcode, vector 6
#define T_BPTFLT	3	// breakpoint, vector 3
#define T_ARITHTRAP	6	// x87 error, vector 16
#define T_PROTFLT	9	// general protection, vector 13
#define T_TRCTRAP	10	// single step or hardware breakpoint, vector 1
#define T_PAGEFLT	12	// page fault, vector 14
#define T_ALIGNFLT	14	// alignment check, vector 17
#define T_DIVIDE	18	// divide error, vector 0
#define T_NMI		19	// non-maskable interrupt, vector 2
#define T_OFLOW		20	// into, vector 4
#define T_BOUND		21	// bound, vector 5
#define T_DNA		22	// FPU not available, vector 7
#define T_DOUBLEFLT	23	// double fault, vector 8
#define T_FPOPFLT	24	// coprocessor operand, vector 9
#define T_TSSFLT	25	// invalid TSS, vector 10
#define T_SEGNPFLT	26	// segment not present, vector 11
#define T_STKFLT	27	// stack fault, vector 12
#define T_MCHK		28	// machine check, vector 18
#define T_XMMFLT	29	// SIMD error, vector 19
#define T_RESERVED	30	// any other
