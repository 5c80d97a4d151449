// Says whether the machine is quiet enough to measure on.
#include "machine_check.h"

#include <cstdio>

int main() { std::printf("%s\n", grainscope::bench::machine_check().c_str()); }
