#pragma once

#include <tocsin/testing/wait.hpp>

namespace testing {
using tocsin::testing::wait_until;
}
