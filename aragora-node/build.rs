//! Tells the linker that the symbols of Node-API come from the program that loads this module.

fn main() {
    napi_build::setup();
}
