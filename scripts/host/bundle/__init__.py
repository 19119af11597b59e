"""One signed archive with a whole release: its images, files, materials and checksums, for where no network is."""
