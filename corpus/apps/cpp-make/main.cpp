#include "morse.hpp"
#include <iostream>

int main(int count, char** words) {
    std::cout << morse(count > 1 ? words[1] : "sos") << '\n';
}
