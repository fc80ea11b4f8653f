// The conventional build, for releases. Not run where this project is developed: see README.md.
plugins {
    java
    id("org.jetbrains.intellij.platform")
}

java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }

tasks.withType<JavaCompile> { options.release = 17 }

// src/debian183 and the folders of stubs belong to the CMake build; its tests need the platform of 2018.3.
sourceSets {
    main { java.srcDir("src/idea/java") }
    test { java.setSrcDirs(emptyList<String>()) }
}

dependencies {
    intellijPlatform {
        // The full PyCharm bundles the Gateway plugin, so one target compiles both halves.
        pycharm(providers.gradleProperty("platformVersion"))
        bundledPlugin("com.jetbrains.gateway")
        pluginVerifier()
    }
}

intellijPlatform {
    buildSearchableOptions = false
    pluginConfiguration {
        ideaVersion {
            sinceBuild = "243"
            untilBuild = provider { null }
        }
    }
    pluginVerification {
        ides {
            create("PY", providers.gradleProperty("platformVersion"))
            create("GW", providers.gradleProperty("platformVersion"))
        }
    }
}
