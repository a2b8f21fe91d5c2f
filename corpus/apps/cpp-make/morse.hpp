#pragma once
#include <string>

std::string morse(const std::string& text);
