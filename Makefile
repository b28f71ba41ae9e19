# Everything is one command on a fresh Debian or Ubuntu with Swift: each target does its own set-up.
.DEFAULT_GOAL := help
.PHONY: help setup build demo test attack fuzz bench bench-serving docs format lint clean

SOURCES := Package.swift Sources Tests Benchmarks Fuzz Attack

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, and pinned wheels into .deps/
	@Scripts/setup

build: setup ## Build the drivetrain executable, optimised
	swift build -c release --product drivetrain

demo: build ## Classify a photograph, see where the time goes, serve it over HTTP
	@Scripts/demo .build/release/drivetrain

test: lint ## Run every test, and those of the core under the thread sanitizer too
	Scripts/check-rooms
	@Scripts/setup tests
	swift build --build-tests
	swift test --skip-build
	swift run -c release allocation-check
	swift test --package-path Tests/Sanitizer --scratch-path .build-tsan --sanitize=thread

attack: SECONDS := 60
attack: SEED := 1
attack: build ## Attack the server as hostile clients would, for a minute; or SECONDS=600 SEED=2
	swift build -c release --product attack
	.build/release/attack --seconds $(SECONDS) --seed $(SEED)

fuzz: COUNT := 100000
fuzz: SEED := 1
fuzz: setup ## Damage every kind of input, COUNT=100000 times each, and have it read
	swift build -c release --product fuzz
	swift build -c release --product fuzz-images
	for target in json protobuf http1 http2 yaml onnx; do .build/release/fuzz $$target $(COUNT) $(SEED) || exit 1; done
	.build/release/fuzz-images $(COUNT) $(SEED)

bench: setup ## Measure, beside the rivals and the bounds
	swift build -c release
	.build/release/bench-overhead
	.build/release/bench-zero-load
	.build/release/bench-engines
	.build/release/bench-plans
	.build/release/bench-environments
	.build/release/bench-replay
	.build/release/bench-networks
	.build/release/bench-opencl 1 .deps/images/medium.jpg
	Benchmarks/preprocess
	Benchmarks/postprocess
	Benchmarks/training

bench-serving: setup ## Measure the server under load, beside other servers
	Benchmarks/serving

docs: ## Write the libraries' reference to .build/docs, a folder each: open index.html by a web server
	mkdir -p .build/docs
	for library in Dataflow Planning OpenCL Vision Reinforcement; do \
	  swift package --allow-writing-to-directory .build/docs generate-documentation --target $$library \
	    --output-path .build/docs/$$library --transform-for-static-hosting --hosting-base-path $$library || exit 1; \
	done

format: ## Format the sources
	swift format --in-place --parallel --recursive $(SOURCES)

lint: ## Check the sources' format
	swift format lint --strict --parallel --recursive $(SOURCES)

clean: ## Remove what was built; keeps .deps/
	rm -rf .build .build-*
