// Asio itself, compiled once for the files that include its headers.
#include <boost/asio/impl/src.hpp>
