#include "morse.hpp"
#include <map>

std::string morse(const std::string& text) {
    static const std::map<char, std::string> codes = {{'s', "..."}, {'o', "---"}};
    std::string out;
    for (char letter : text) {
        auto code = codes.find(letter);
        out += code == codes.end() ? "? " : code->second + " ";
    }
    return out;
}
