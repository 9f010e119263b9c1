# The front door. Everything is built by Meson and ninja in build*/; each target does its own set-up.
BUILD ?= build
SAN = build-san
FUZZ_SECONDS ?= 600
BUILDTYPE ?= debugoptimized
PREFIX ?= /usr/local
# Where `make setup` has nothing to install (another distribution): make SETUP=true ...
SETUP ?= tools/setup.sh

.PHONY: all setup setup-peers setup-bench setup-vm build build-san demo demo-all test test-vm bench \
	bench-bgp bench-ipsec fuzz torture format tidy install clean
.DELETE_ON_ERROR:

all: setup build

setup:
	@$(SETUP)

setup-peers:
	@$(SETUP) --peers

setup-bench:
	@$(SETUP) --bench

# An emulated machine, whose kernel has IPsec, for tests/interop/ipsec-kernel.
setup-vm:
	@$(SETUP) --vm

# Reconfigures each time: a new file of tests/fuzz is found by looking.
define configure
	@if [ -e $(1)/build.ninja ]; then \
		meson setup --reconfigure $(1) --buildtype=$(BUILDTYPE) --prefix=$(PREFIX) $(2) \
			>$(1)/reconfigure.log || { cat $(1)/reconfigure.log; exit 1; }; \
	else \
		meson setup $(1) --buildtype=$(BUILDTYPE) --prefix=$(PREFIX) $(2); \
	fi
endef

build: | setup
	$(call configure,$(BUILD),)
	@ninja -C $(BUILD)

# Less optimized, with lines for its reports alone: that halves the time that this build takes.
build-san: BUILDTYPE = custom
build-san: | setup
	$(call configure,$(SAN),$(SAN_OPTIONS))
	@ninja -C $(SAN)
comma := ,
SAN_OPTIONS = -Db_sanitize=address$(comma)undefined -Doptimization=1 -Ddebug=false -Dc_args=-g1

# Azure and AWS in the lab: built, looked at, broken under traffic, removed. Under two minutes.
demo: setup-peers build
	@BUILD=$(BUILD) demo/run-azure-aws

# Also scenarios S2 and S1 with real FRR, BIRD and strongSwan peers in network namespaces.
demo-all: demo
	@BUILD=$(BUILD) demo/run-s2
	@BUILD=$(BUILD) demo/run-s1

# Unit, simulation, replayed fuzz corpora, interoperability, tidy and purity; plain, then sanitized
# (which house rules cannot be). Ends with the sum of both.
test: setup-peers build build-san
	@tools/run-tests $(BUILD) $(SAN)

# What needs a kernel with IPsec, in emulated machines: several minutes.
test-vm: setup-peers setup-vm build
	@SPANWAY_VM=1 tools/run-tests --suite vm $(BUILD)

tidy:
	@python3 tools/tidy.py

bench: bench-bgp bench-ipsec

bench-bgp: setup-peers build
	@bench/bgp

bench-ipsec: setup-bench build
	@BUILD=$(BUILD) bench/ipsec

# Ten minutes a target, two at a time; FUZZ_SECONDS=60 make fuzz for less, TARGETS="view" for some.
fuzz: | setup
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz $(TARGETS)

# IKE in virtual time: a thousand seeds, a hundred thousand rekeys. SEEDS=n, FIRST=seed for others.
FIRST ?= 1
SEEDS ?= 1000
torture: build
	@$(BUILD)/tests/sim/torture_ike $(FIRST) $(SEEDS)

format:
	@find src tests bench -name '*.[ch]' -print0 | xargs -0 -r clang-format -i

install: build
	@meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(SAN) build-fuzz
