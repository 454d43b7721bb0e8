"""The pages of matters, a module for each: the resident's, the matter's own, what is done to it, the lists of staff."""
