dnl One convenience library per instruction set, each compiled with only its own
dnl flags. A set is there when a real intrinsic of it compiles and links.
dnl kernel_cv_isa_NAME=no ./configure builds as an older compiler would.

dnl KERNEL_ISA(name, flags, include, expression)
AC_DEFUN([KERNEL_ISA], [
  AC_CACHE_CHECK([whether $CC can build $1 kernels], [kernel_cv_isa_$1], [
    kernel_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <$3>], [[$4;]])],
                   [kernel_cv_isa_$1=yes], [kernel_cv_isa_$1=no])
    CFLAGS=$kernel_save_CFLAGS])
  AS_IF([test "$kernel_cv_isa_$1" = yes],
    [AC_DEFINE(m4_toupper([KERNEL_HAVE_$1]), [1], [Define to 1 if the $1 kernels are built.])
     AC_SUBST(m4_toupper([$1_CFLAGS]), ["$2"])
     kernel_isas_summary="$kernel_isas_summary $1"])
  AM_CONDITIONAL(m4_toupper([KERNEL_$1]), [test "$kernel_cv_isa_$1" = yes])
])

AC_DEFUN([KERNEL_ISAS], [
  kernel_isas_summary=scalar
  KERNEL_ISA([avx2], [-mavx2 -mfma -mf16c], [immintrin.h],
    [__m256 a = _mm256_set1_ps(1.0f); a = _mm256_fmadd_ps(a, a, _mm256_cvtph_ps(_mm_set1_epi16(1))); return (int)_mm256_cvtss_f32(a)])
  dnl its kernels use the activations of avx2
  AS_IF([test "$kernel_cv_isa_avx2" = no], [kernel_cv_isa_avxvnni=no])
  KERNEL_ISA([avxvnni], [-mavxvnni -mavx2 -mfma -mf16c], [immintrin.h],
    [__m256i a = _mm256_set1_epi8(1); a = _mm256_dpbusd_avx_epi32(a, a, a); return _mm256_extract_epi32(a, 0)])
  KERNEL_ISA([avx512], [-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma], [immintrin.h],
    [__m512 a = _mm512_set1_ps(1.0f); a = _mm512_fmadd_ps(a, a, a); return (int)_mm512_reduce_add_ps(a)])
  dnl its kernels use the activations of avx512
  AS_IF([test "$kernel_cv_isa_avx512" = no], [kernel_cv_isa_avx512vnni=no])
  KERNEL_ISA([avx512vnni], [-mavx512vnni -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma], [immintrin.h],
    [__m512i a = _mm512_set1_epi8(1); a = _mm512_dpbusd_epi32(a, a, a); return _mm512_reduce_add_epi32(a)])
  AS_IF([test "$kernel_cv_isa_avx512" = no], [kernel_cv_isa_avx512bf16=no])
  KERNEL_ISA([avx512bf16], [-mavx512bf16 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma], [immintrin.h],
    [__m512 a = _mm512_set1_ps(1.0f); __m512bh b = _mm512_cvtne2ps_pbh(a, a); a = _mm512_dpbf16_ps(a, b, b); return (int)_mm512_reduce_add_ps(a)])
  dnl its kernels use the activations of avx512 and the vectors of avx512vnni and avx512bf16
  AS_IF([test "$kernel_cv_isa_avx512vnni$kernel_cv_isa_avx512bf16" != yesyes], [kernel_cv_isa_amx=no])
  KERNEL_ISA([amx], [-mamx-tile -mamx-int8 -mamx-bf16 -mavx512vnni -mavx512bf16 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma], [immintrin.h],
    [_tile_loadd(1, "", 0); _tile_dpbusd(0, 1, 2); _tile_dpbf16ps(0, 1, 2); _tile_release(); return 0])
])
