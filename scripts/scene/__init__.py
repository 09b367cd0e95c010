"""The pictures of the sample videos: a drawn merchant behind her stall, with what she sells and captions."""
