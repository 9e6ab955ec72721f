// The published build. `cargo xtask test --only kotlin` compiles the same files with kotlinc, also where no Maven
// repository can be reached, and a test holds the two lists together.
import org.jetbrains.kotlin.gradle.dsl.JvmTarget
import org.jetbrains.kotlin.gradle.tasks.KotlinCompile

plugins {
    kotlin("jvm") version "2.4.20"
    `maven-publish`
}

group = "ai.aragora"
version = "0.1.0"

// `build/bindings` holds what uniffi-bindgen makes and `build/natives` the libraries, one folder for each platform as
// JNA names them (linux-x86-64, linux-aarch64, darwin-x86-64, darwin-aarch64, win32-x86-64, win32-aarch64). Both are
// filled by the release before Gradle runs.
sourceSets {
    main.kotlin.setSrcDirs(listOf("src/main/kotlin"))
    test.kotlin.setSrcDirs(listOf("src/test/kotlin"))
    main { resources.setSrcDirs(listOf("build/natives")) }
    create("bindings") { kotlin.setSrcDirs(listOf("build/bindings")) }
}

kotlin {
    explicitApi()
    compilerOptions {
        allWarningsAsErrors = true
        jvmTarget = JvmTarget.JVM_17
    }
}

// Generated, so neither its warnings nor its visibility are ours.
tasks.named<KotlinCompile>("compileBindingsKotlin") {
    compilerOptions {
        allWarningsAsErrors = false
        freeCompilerArgs.add("-Xexplicit-api=disable")
    }
}

tasks.jar { from(sourceSets["bindings"].output) }

java {
    withSourcesJar()
    withJavadocJar()
}

dependencies {
    api("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.8.0")
    implementation("net.java.dev.jna:jna:5.13.0")
    "bindingsImplementation"("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.8.0")
    "bindingsImplementation"("net.java.dev.jna:jna:5.13.0")
    implementation(sourceSets["bindings"].output)
    testImplementation("org.junit.jupiter:junit-jupiter:5.9.2")
}

tasks.test {
    useJUnitPlatform()
    systemProperty("aragora.root", rootDir.resolve("../..").path)
}

publishing {
    publications.create<MavenPublication>("library") {
        artifactId = "aragora-core"
        from(components["java"])
        pom {
            name = "Aragora"
            description = "Structured debates between language models, people and functions that end in a decision"
            url = "https://github.com/aragora/aragora-core"
            licenses {
                license { name = "MIT" }
                license { name = "Apache-2.0" }
            }
        }
    }
}
