#pragma once

namespace tocsin::core {

/// What the system says about this process.
struct ProcessFigures {
    double cpu_seconds = 0;
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_files = 0;
    double most_open_files = 0;
    double start_time = 0;  ///< seconds since 1970
};

/// What cannot be read is 0. Any thread.
ProcessFigures process_figures();

}  // namespace tocsin::core
