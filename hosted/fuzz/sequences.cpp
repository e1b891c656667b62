// SPDX-License-Identifier: GPL-2.0
/* Runs the sequences of calls in the files that are its arguments, without a fuzzer. */
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments)
{
    for (int i = 1; i < count; ++i) {
        std::ifstream file { arguments[i], std::ios::binary };
        const std::vector<std::uint8_t> bytes { std::istreambuf_iterator<char> { file }, {} };
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("# %d sequences\n", count - 1);
    return 0;
}
