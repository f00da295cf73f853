#!/usr/bin/env bash
# Compiles src/main/cuda/*.cu to PTX, where the jar takes it from, and src/test/cuda/*.cu, where the tests do; or both below
# the folder given. Needs nvcc (13.0 wrote what is checked in). tensor*.cu, which use the tensor cores, are for compute
# capability 8.0 and up, the others for 7.5.
#
# nvcc writes the newest PTX version it knows, which only the newest driver loads. The instructions used are older, so the
# version is set to the one that brought the target: 6.3 (CUDA 10.0) for sm_75, 7.0 (CUDA 11.0) for sm_80. The first line
# has the hash of the headers and the source, so that a test without nvcc can tell that the PTX belongs to them. What nvcc derives from the
# path of a source is taken out.
set -euo pipefail
export LC_ALL=C
shopt -s nullglob
here=$(cd "$(dirname "$0")" && pwd)
for part in main test; do
  sources=$here/src/$part/cuda
  out=${1:-$here}/src/$part/resources/dev/tern/device/cuda
  mkdir -p "$out"
  new=$(mktemp)
  for cu in "$sources"/*.cu; do
    name=$(basename "$cu" .cu)
    case $name in
      tensor*) arch=80 version=7.0 ;;
      *) arch=75 version=6.3 ;;
    esac
    nvcc -ptx -arch=compute_$arch -I"$here/src/main/cuda" -o "$new" "$cu"
    { echo "// sources $(cat "$sources"/*.cuh "$cu" | sha256sum | cut -d' ' -f1)"
      sed -e '/^[[:space:]]*\/\//d' -e '/^$/d' -e "s/^\.version .*/.version $version/" \
        -e 's/_INTERNAL_[0-9a-f]\{8\}_/_INTERNAL_00000000_/g' "$new"
    } > "$out/$name.ptx"
    if command -v ptxas >/dev/null; then ptxas -arch=sm_$arch -o /dev/null "$out/$name.ptx"; fi
  done
  rm "$new"
  if [ $part = main ]; then (cd "$sources" && printf "%s\n" *.cu | sed "s/\.cu$//") > "$out/modules"; fi
done
