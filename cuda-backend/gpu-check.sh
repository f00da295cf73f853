#!/usr/bin/env bash
# Checks Tern's CUDA backend on a machine with an NVIDIA GPU that has a driver and nothing else: no Java, no network.
#
#   gpu-check.sh build [FILE]   makes one file (at most 60 MB) of a small Java runtime, Tern, its tests and this script;
#                               needs JDK 17 or newer, Maven, and a JDK 25 (JDK25=/path/to/it)
#   tar xf FILE && tern-gpu-check/gpu-check.sh [run]
#                               runs, on the GPU machine, the tests that are tagged cuda or gpu, once more under
#                               compute-sanitizer where that is installed, then measures an epoch of the eight networks,
#                               and of PyTorch's where python3 finds torch; writes tern-gpu-check/results.txt
#   gpu-check.sh rehearse FILE  runs FILE here on the emulated driver that the tests have built, to try it out: it passes,
#                               though what counts waits or launches is left out, and its times mean nothing
#
# Of a run: CUDA_VISIBLE_DEVICES picks the GPU, SANITIZER=no and EPOCHS=no leave these parts out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

build() {
  local out limit=60000000 jdk25 root stage junit
  out=$(realpath -m "${1:-$here/target/tern-gpu-check.tar.xz}")
  root=$(cd "$here/.." && pwd)
  jdk25=${JDK25:-$(ls -d /usr/lib/jvm/*25* 2>/dev/null | head -1)}
  [ -x "$jdk25/bin/jlink" ] || { echo "no JDK 25 with jlink; set JDK25" >&2; exit 1; }
  stage=$here/target/gpu-check/tern-gpu-check
  rm -rf "$stage" && mkdir -p "$stage/lib" "$(dirname "$out")"

  "$jdk25/bin/jlink" --output "$stage/jre" --strip-debug --no-header-files --no-man-pages --compress=zip-0 \
    --add-modules java.base,java.logging,java.xml,java.management,java.instrument,jdk.incubator.vector,jdk.zipfs

  (cd "$root" && mvn -B -ntp -q package dependency:copy-dependencies -DskipTests -P '!static-analysis' \
    -Dtern.format.phase=none -Dtern.werror=false -Dmaven.javadoc.skip=true \
    -Dmaven.source.skip=true -DincludeScope=test -DoutputDirectory="$stage/lib")
  junit=$(sed -n 's:.*<junit.version>5\.\(.*\)</junit.version>.*:1.\1:p' "$root/pom.xml") # Jupiter 5.x, Platform 1.x
  (cd "$root" && mvn -B -ntp -q -N dependency:copy -DoutputDirectory="$stage/lib" \
    -Dartifact=org.junit.platform:junit-platform-console-standalone:"$junit")

  # What no test on a GPU needs, and the natives of what Tern does not call.
  (cd "$stage/lib" && rm -f *windows* *javadoc* *sources* archunit* jmh* commons-math* jline* junit-jupiter* \
    junit-platform-[!c]* junit-platform-commons* tern-*tests.jar tern-tests*)
  trim "$stage/lib"/jcuda-natives-*.jar 'lib/libJCudaRuntime*' 'lib/libJNvrtc*' 'lib/libJNvPTXCompiler*'
  trim "$stage/lib"/tern-examples-*.jar 'dev/tern/examples/cifar2*'
  local module
  for module in core cuda-backend src-test; do # as folders: the golden tables are read as files
    mkdir -p "$stage/tests/$module" && cp -r "$root/$module/target/test-classes/." "$stage/tests/$module"
  done
  rm -rf "$stage/tests/src-test/golden/pt" "$stage/tests/src-test/META-INF/BenchmarkList"
  cp "$here/gpu-check.sh" "$here/gpu-epochs.py" "$stage/"

  tar -C "$stage/.." --owner=0 --group=0 --sort=name -cf - tern-gpu-check | xz -T0 -7 > "$out"
  printf '%s: %d bytes\n' "$out" "$(stat -c %s "$out")"
  [ "$(stat -c %s "$out")" -le $limit ] || { echo "that is more than $limit" >&2; exit 1; }
}

# trim JAR PATTERN...: takes files out of a jar, and its compression, so that xz sees what is in it.
trim() {
  local jar=$1 pattern unpacked
  shift
  unpacked=$(mktemp -d)
  (cd "$unpacked" && "$jdk25/bin/jar" --extract --file "$jar" && for pattern; do rm -rf $pattern; done)
  "$jdk25/bin/jar" --create --no-compress --no-manifest --file "$jar" -C "$unpacked" .
  rm -r "$unpacked"
}

# java_on [COMMAND...] -- ARGUMENTS: the bundled Java, under a command if one is given.
java_on() {
  local under=()
  while [ "$1" != -- ]; do under+=("$1"); shift; done
  shift
  "${under[@]}" "$here/jre/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    -XX:+UseParallelGC -Dtern.cuda.emulator=false -Dtern.root="$here" \
    -cp "$here/tests/core:$here/tests/cuda-backend:$here/tests/src-test:$here/lib/*" "$@" 2> >(grep -v incubator >&2)
}

tests() {
  java_on "$@" org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
    --include-engine junit-jupiter --select-package dev.tern --include-tag 'cuda|gpu' --details tree
}

run() {
  # Where drivers put libcuda.so.1 if not in the loader's own path, as in containers.
  export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}:/usr/lib64-nvidia:/usr/local/nvidia/lib64:/usr/lib/wsl/lib
  exec > >(tee "$here/results.txt") 2>&1
  local failed=0
  echo "== machine"
  nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv 2>/dev/null || echo "no nvidia-smi"
  "$here/jre/bin/java" -version 2>&1 | head -1

  echo "== one step of each network"
  java_on -- dev.tern.benchmarks.GpuEpochs cuda 64 1 || { echo "== FAILED: no GPU to check"; return 3; }

  echo "== tests"
  tests -- || failed=1

  echo "== tests with cuBLAS and cuDNN where they are found"
  tests -- -Dtern.cuda.libraries=true || failed=1

  if [ "${SANITIZER:-yes}" != no ]; then
    local sanitizer
    sanitizer=$(PATH=$PATH:/usr/local/cuda/bin command -v compute-sanitizer || true)
    echo "== compute-sanitizer ${sanitizer:-(not installed: left out)}"
    if [ -n "$sanitizer" ]; then # without the cache, so that each tensor has bounds of its own
      tests "$sanitizer" --tool memcheck --error-exitcode 9 -- -Dtern.cuda.cache=false || failed=1
      tests "$sanitizer" --tool racecheck --error-exitcode 9 -- -Dtern.cuda.cache=false || failed=1
    fi
  fi

  if [ "${EPOCHS:-yes}" != no ]; then
    echo "== seconds of an epoch of 10,000 images, batch 64, the best of three"
    java_on -- dev.tern.benchmarks.GpuEpochs cuda || failed=1
    if python3 -c 'import torch; torch.zeros(1).cuda()' 2>/dev/null; then
      python3 "$here/gpu-epochs.py" cuda || failed=1
    else
      echo "python3 finds no torch with a GPU: no PyTorch numbers"
    fi
  fi
  [ $failed = 0 ] && echo "== passed" || echo "== FAILED"
  return $failed
}

rehearse() {
  local driver stage=$here/target/gpu-check/rehearsal
  driver=$(ls -t "$here"/target/emulator/*/libcuda.so.1 2>/dev/null | head -1) || true
  [ -n "$driver" ] || { echo "no emulated driver under $here/target/emulator: run the tests once, mvn test" >&2; exit 2; }
  rm -rf "$stage" && mkdir -p "$stage" && tar -C "$stage" -xf "$1"
  LD_LIBRARY_PATH=$(dirname "$driver") EPOCHS=no "$stage/tern-gpu-check/gpu-check.sh" run
}

case ${1:-run} in
  build) build "${2:-}" ;;
  rehearse) rehearse "${2:?which file?}" ;;
  run) [ -d "$here/jre" ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }; run ;;
  *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
