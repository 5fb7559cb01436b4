//! The track formats, one file each, in one table that the command line, the help and the tests walk.
