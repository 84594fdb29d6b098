"""Is a picture fit for everybody? MobileNetV2 of nsfwjs (MIT), run with numpy."""
