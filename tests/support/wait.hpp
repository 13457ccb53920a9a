#pragma once

#include <tocsin/testing/wait.hpp>
