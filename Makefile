# What one does with this repository; `make help` lists it.

.DEFAULT_GOAL := help
.PHONY: help demo test proof fuzz audit bench bench-page fixtures

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: ## build the tool and answer the request in fixtures/, into demo/
	@scripts/install.sh
	cargo build --release --locked
	@scripts/demo.sh

test: ## everything that has to hold before a change goes in
	@scripts/install.sh test
	@scripts/test.sh

proof: ## prove every promise on all cases, with the planted faults, and print the table
	@scripts/install.sh test
	cargo test --release --locked --test proof -- --all

audit: ## hold every dependency against known vulnerabilities, licences and sources (installs cargo-deny)
	@scripts/audit.sh

fuzz: ## fuzz every parser with libFuzzer (MINUTES=5 each; needs a nightly compiler and cargo-fuzz)
	@scripts/install.sh test
	@scripts/fuzz.sh $(or $(MINUTES),5)

bench: ## compare with FFmpeg and OpenCV into benches/results/ (QUICK=1, RUNS=5, OUT=folder, README=1)
	@scripts/install.sh test
	cargo build --release --locked
	scripts/bench/compare.py $(if $(QUICK),--quick) $(if $(RUNS),--runs $(RUNS)) $(if $(OUT),--out $(OUT)) \
	    $(if $(PYTHON),--python $(PYTHON)) $(if $(README),--readme)

bench-page: ## how quick the review page is, in Chromium on an hour of drawn 1080p (2 GB in the folder for temporary files)
	@scripts/install.sh test
	cargo bench --locked --bench review

fixtures: ## draw the footage in fixtures/ again
	@scripts/install.sh test
	cargo run --locked --quiet --example make_fixtures
