//! The examples are programs, one per story, in this folder. They share nothing, so that each can be copied alone;
//! this library is empty because a package needs one.
