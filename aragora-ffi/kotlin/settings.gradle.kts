rootProject.name = "aragora"

dependencyResolutionManagement {
    repositories { mavenCentral() }
}

include("aragora-core")
