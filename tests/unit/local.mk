if CUNIT
check_PROGRAMS += tests/unit/unit
TESTS += tests/unit/unit
endif
tests_unit_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS) $(LIBZIP_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_unit_CFLAGS = $(LAYER_CFLAGS)
tests_unit_unit_LDADD = $(TUI_LIBS) $(REPORTS_LIBS) $(ANALYZER_LIBS) $(KERNELS_LIBS) $(CUNIT_LIBS) $(EXTERNAL_LIBS)
tests_unit_unit_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
tests_unit_unit_SOURCES = \
	tests/unit/suites.def \
	tests/unit/unit.c tests/unit/unit.h \
	tests/unit/test_base.c \
	tests/unit/test_cpu.c
tests_unit_unit_SOURCES += tests/unit/test_tokenizer.c \
	tests/unit/test_tokenizer_files.c \
	tests/unit/test_tokenizer_reference.c \
	tests/unit/wordbook.c tests/unit/wordbook.h \
	tests/unit/backward_fixture.c tests/unit/backward_fixture.h \
	tests/unit/test_backward.c \
	tests/unit/test_config.c \
	tests/unit/test_emit.c \
	tests/unit/test_options.c \
	tests/unit/demo_fixture.c tests/unit/demo_fixture.h \
	tests/unit/recipe_fixture.c tests/unit/recipe_fixture.h \
	tests/unit/fixture.c tests/unit/fixture.h \
	tests/unit/sampled_fixture.c tests/unit/sampled_fixture.h \
	tests/unit/examples_fixture.c tests/unit/examples_fixture.h \
	tests/unit/counted_fixture.c tests/unit/counted_fixture.h \
	tests/unit/test_counted.c \
	tests/unit/test_heads.c \
	tests/unit/test_latency.c \
	tests/unit/test_laws.c tests/unit/test_methods.c tests/unit/test_sparse.c tests/unit/test_int8_static.c tests/unit/test_share.c tests/unit/test_decouple.c tests/unit/test_word_rank.c \
	tests/unit/test_frontier.c \
	tests/unit/test_prune_vocab.c \
	tests/unit/test_recipe.c \
	tests/unit/test_report.c \
	tests/unit/test_trial.c \
	tests/unit/test_script.c \
	tests/unit/test_session.c \
	tests/unit/test_workbench.c \
	tests/unit/test_bench_report.c \
	tests/unit/test_leave_out.c \
	tests/unit/test_lines.c \
	tests/unit/test_finetune.c \
	tests/unit/test_look.c \
	tests/unit/test_loss.c \
	tests/unit/test_dataset.c \
	tests/unit/test_encoded.c \
	tests/unit/test_batches.c \
	tests/unit/test_metrics.c \
	tests/unit/test_label_map.c \
	tests/unit/test_paired.c \
	tests/unit/test_evaluate.c \
	tests/unit/test_optimizer.c \
	tests/unit/test_model.c \
	tests/unit/test_plan.c \
	tests/unit/test_profile.c \
	tests/unit/test_comparison.c \
	tests/unit/test_race.c \
	tests/unit/test_sampled.c \
	tests/unit/test_explain.c \
	tests/unit/test_search.c \
	tests/unit/test_sensitivity.c \
	tests/unit/test_shift.c \
	tests/unit/test_save.c \
	tests/unit/test_schedule.c \
	tests/unit/test_spread.c \
	tests/unit/test_stats.c \
	tests/unit/test_store.c \
	tests/unit/test_stored.c \
	tests/unit/test_codebook.c \
	tests/unit/test_attention_maps.c \
	tests/unit/test_changed_rows.c \
	tests/unit/test_checkpoint.c \
	tests/unit/test_demo_model.c \
	tests/unit/test_demo_text.c \
	tests/unit/test_pickle.c \
	tests/unit/test_safetensors.c \
	tests/unit/test_tensor.c \
	tests/unit/test_torch.c \
	tests/unit/test_masking.c \
	tests/unit/test_pretrain.c \
	tests/unit/test_trainer.c \
	tests/unit/test_torch_zip.c \
	tests/unit/test_vocab_build.c \
	tests/unit/test_weights.c \
	tests/unit/torch_file.c tests/unit/torch_file.h
EXTRA_DIST += \
	tests/fixtures/torch-legacy-nested.bin \
	tests/fixtures/torch-legacy.bin \
	tests/fixtures/torch-zip-module.bin \
	tests/fixtures/torch-zip-nested.bin \
	tests/fixtures/torch-zip.bin \
	tests/tools/make_torch_fixtures.py \
	tests/tools/tokenizer_oracle.py

# the terminal program
tests_unit_unit_SOURCES += \
	tests/unit/app_fixture.c tests/unit/app_fixture.h \
	tests/unit/test_app.c \
	tests/unit/test_app_bench.c \
	tests/unit/test_canvas.c \
	tests/unit/test_engine.c \
	tests/unit/test_keys.c \
	tests/unit/test_layout.c \
	tests/unit/test_prompt.c \
	tests/unit/test_screen_compress.c \
	tests/unit/test_screen_examples.c \
	tests/unit/test_screen_heads.c \
	tests/unit/test_screen_train.c \
	tests/unit/test_screens.c \
	tests/unit/test_table.c \
	tests/unit/test_theme.c \
	tests/unit/test_train_session.c \
	tests/unit/test_kept_training.c \
	tests/unit/test_attention_dropout.c \
	tests/unit/test_tree.c
EXTRA_DIST += \
	tests/golden/screens/compress-alone-arriving.80x24.tones \
	tests/golden/screens/compress-alone-arriving.80x24.txt \
	tests/golden/screens/compress-alone-ascii.80x24.tones \
	tests/golden/screens/compress-alone-ascii.80x24.txt \
	tests/golden/screens/compress-alone.120x40.tones \
	tests/golden/screens/compress-alone.120x40.txt \
	tests/golden/screens/compress-alone.200x60.tones \
	tests/golden/screens/compress-alone.200x60.txt \
	tests/golden/screens/compress-alone.40x8.tones \
	tests/golden/screens/compress-alone.40x8.txt \
	tests/golden/screens/compress-alone.80x24.tones \
	tests/golden/screens/compress-alone.80x24.txt \
	tests/golden/screens/compress-arriving-parts.80x24.tones \
	tests/golden/screens/compress-arriving-parts.80x24.txt \
	tests/golden/screens/compress-arriving.80x24.tones \
	tests/golden/screens/compress-arriving.80x24.txt \
	tests/golden/screens/compress-ascii.80x24.tones \
	tests/golden/screens/compress-ascii.80x24.txt \
	tests/golden/screens/compress-empty.80x24.tones \
	tests/golden/screens/compress-empty.80x24.txt \
	tests/golden/screens/compress-failed.80x24.tones \
	tests/golden/screens/compress-failed.80x24.txt \
	tests/golden/screens/compress-frontier-ascii.80x24.tones \
	tests/golden/screens/compress-frontier-ascii.80x24.txt \
	tests/golden/screens/compress-frontier.120x40.tones \
	tests/golden/screens/compress-frontier.120x40.txt \
	tests/golden/screens/compress-frontier.200x60.tones \
	tests/golden/screens/compress-frontier.200x60.txt \
	tests/golden/screens/compress-frontier.80x24.tones \
	tests/golden/screens/compress-frontier.80x24.txt \
	tests/golden/screens/compress-methods.80x24.tones \
	tests/golden/screens/compress-methods.80x24.txt \
	tests/golden/screens/compress-parts-ascii.60x16.tones \
	tests/golden/screens/compress-parts-ascii.60x16.txt \
	tests/golden/screens/compress-parts.120x40.tones \
	tests/golden/screens/compress-parts.120x40.txt \
	tests/golden/screens/compress-parts.80x24.tones \
	tests/golden/screens/compress-parts.80x24.txt \
	tests/golden/screens/compress-trials.80x24.tones \
	tests/golden/screens/compress-trials.80x24.txt \
	tests/golden/screens/compress.120x40.tones \
	tests/golden/screens/compress.120x40.txt \
	tests/golden/screens/compress.200x60.tones \
	tests/golden/screens/compress.200x60.txt \
	tests/golden/screens/compress.40x8.tones \
	tests/golden/screens/compress.40x8.txt \
	tests/golden/screens/compress.80x24.tones \
	tests/golden/screens/compress.80x24.txt \
	tests/golden/screens/examples-arriving.80x24.tones \
	tests/golden/screens/examples-arriving.80x24.txt \
	tests/golden/screens/examples-ascii.80x24.tones \
	tests/golden/screens/examples-ascii.80x24.txt \
	tests/golden/screens/examples-failed.80x24.tones \
	tests/golden/screens/examples-failed.80x24.txt \
	tests/golden/screens/examples-gone.80x24.tones \
	tests/golden/screens/examples-gone.80x24.txt \
	tests/golden/screens/examples-map-ascii.80x24.tones \
	tests/golden/screens/examples-map-ascii.80x24.txt \
	tests/golden/screens/examples-map.60x16.tones \
	tests/golden/screens/examples-map.60x16.txt \
	tests/golden/screens/examples-map.80x24.tones \
	tests/golden/screens/examples-map.80x24.txt \
	tests/golden/screens/examples-same.80x24.tones \
	tests/golden/screens/examples-same.80x24.txt \
	tests/golden/screens/examples-session.80x24.tones \
	tests/golden/screens/examples-session.80x24.txt \
	tests/golden/screens/examples-typed.80x24.tones \
	tests/golden/screens/examples-typed.80x24.txt \
	tests/golden/screens/examples-unknown.80x24.tones \
	tests/golden/screens/examples-unknown.80x24.txt \
	tests/golden/screens/examples-values.80x24.tones \
	tests/golden/screens/examples-values.80x24.txt \
	tests/golden/screens/examples.120x40.tones \
	tests/golden/screens/examples.120x40.txt \
	tests/golden/screens/examples.200x60.tones \
	tests/golden/screens/examples.200x60.txt \
	tests/golden/screens/examples.40x8.tones \
	tests/golden/screens/examples.40x8.txt \
	tests/golden/screens/examples.80x24.tones \
	tests/golden/screens/examples.80x24.txt \
	tests/golden/screens/heads-arriving.80x24.tones \
	tests/golden/screens/heads-arriving.80x24.txt \
	tests/golden/screens/heads-ascii.80x24.tones \
	tests/golden/screens/heads-ascii.80x24.txt \
	tests/golden/screens/heads-curve.60x16.tones \
	tests/golden/screens/heads-curve.60x16.txt \
	tests/golden/screens/heads-list.80x24.tones \
	tests/golden/screens/heads-list.80x24.txt \
	tests/golden/screens/heads.120x40.tones \
	tests/golden/screens/heads.120x40.txt \
	tests/golden/screens/heads.200x60.tones \
	tests/golden/screens/heads.200x60.txt \
	tests/golden/screens/heads.40x8.tones \
	tests/golden/screens/heads.40x8.txt \
	tests/golden/screens/heads.80x24.tones \
	tests/golden/screens/heads.80x24.txt \
	tests/golden/screens/help.120x40.tones \
	tests/golden/screens/help.120x40.txt \
	tests/golden/screens/help.200x60.tones \
	tests/golden/screens/help.200x60.txt \
	tests/golden/screens/help.80x24.tones \
	tests/golden/screens/help.80x24.txt \
	tests/golden/screens/layers-search.80x24.tones \
	tests/golden/screens/layers-search.80x24.txt \
	tests/golden/screens/layers-counters.120x40.tones \
	tests/golden/screens/layers-counters.120x40.txt \
	tests/golden/screens/layers-counters.40x8.tones \
	tests/golden/screens/layers-counters.40x8.txt \
	tests/golden/screens/layers-counters.80x24.tones \
	tests/golden/screens/layers-counters.80x24.txt \
	tests/golden/screens/layers-counters-ascii.120x40.tones \
	tests/golden/screens/layers-counters-ascii.120x40.txt \
	tests/golden/screens/layers-uncounted.80x24.tones \
	tests/golden/screens/layers-uncounted.80x24.txt \
	tests/golden/screens/layers-sorted.80x24.tones \
	tests/golden/screens/layers-sorted.80x24.txt \
	tests/golden/screens/layers.120x40.tones \
	tests/golden/screens/layers.120x40.txt \
	tests/golden/screens/layers.200x60.tones \
	tests/golden/screens/layers.200x60.txt \
	tests/golden/screens/layers.80x24.tones \
	tests/golden/screens/layers.80x24.txt \
	tests/golden/screens/log.120x40.tones \
	tests/golden/screens/log.120x40.txt \
	tests/golden/screens/log.80x24.tones \
	tests/golden/screens/log.80x24.txt \
	tests/golden/screens/missing-classifier.80x24.tones \
	tests/golden/screens/missing-classifier.80x24.txt \
	tests/golden/screens/missing-data.80x24.tones \
	tests/golden/screens/missing-data.80x24.txt \
	tests/golden/screens/missing-samples.80x24.tones \
	tests/golden/screens/missing-samples.80x24.txt \
	tests/golden/screens/opening.80x24.tones \
	tests/golden/screens/opening.80x24.txt \
	tests/golden/screens/overview-ascii.80x24.tones \
	tests/golden/screens/overview-ascii.80x24.txt \
	tests/golden/screens/overview-command.80x24.tones \
	tests/golden/screens/overview-command.80x24.txt \
	tests/golden/screens/overview.120x40.tones \
	tests/golden/screens/overview.120x40.txt \
	tests/golden/screens/overview.1x1.tones \
	tests/golden/screens/overview.1x1.txt \
	tests/golden/screens/overview.200x60.tones \
	tests/golden/screens/overview.200x60.txt \
	tests/golden/screens/overview.20x5.tones \
	tests/golden/screens/overview.20x5.txt \
	tests/golden/screens/overview.40x8.tones \
	tests/golden/screens/overview.40x8.txt \
	tests/golden/screens/overview.60x16.tones \
	tests/golden/screens/overview.60x16.txt \
	tests/golden/screens/overview.80x24.tones \
	tests/golden/screens/overview.80x24.txt \
	tests/golden/screens/profile-ascii.80x24.tones \
	tests/golden/screens/profile-ascii.80x24.txt \
	tests/golden/screens/profile-calls.80x24.tones \
	tests/golden/screens/profile-calls.80x24.txt \
	tests/golden/screens/profile-counters.200x60.tones \
	tests/golden/screens/profile-counters.200x60.txt \
	tests/golden/screens/profile-counters.80x24.tones \
	tests/golden/screens/profile-counters.80x24.txt \
	tests/golden/screens/profile-roof-ascii.80x24.tones \
	tests/golden/screens/profile-roof-ascii.80x24.txt \
	tests/golden/screens/profile-roof.120x40.tones \
	tests/golden/screens/profile-roof.120x40.txt \
	tests/golden/screens/profile-roof.80x24.tones \
	tests/golden/screens/profile-roof.80x24.txt \
	tests/golden/screens/profile-search.80x24.tones \
	tests/golden/screens/profile-search.80x24.txt \
	tests/golden/screens/profile-zoom.80x24.tones \
	tests/golden/screens/profile-zoom.80x24.txt \
	tests/golden/screens/profile.120x40.tones \
	tests/golden/screens/profile.120x40.txt \
	tests/golden/screens/profile.200x60.tones \
	tests/golden/screens/profile.200x60.txt \
	tests/golden/screens/profile.40x8.tones \
	tests/golden/screens/profile.40x8.txt \
	tests/golden/screens/profile.60x16.tones \
	tests/golden/screens/profile.60x16.txt \
	tests/golden/screens/profile.80x24.tones \
	tests/golden/screens/profile.80x24.txt \
	tests/golden/screens/train-ascii.80x24.tones \
	tests/golden/screens/train-ascii.80x24.txt \
	tests/golden/screens/train-failed.80x24.tones \
	tests/golden/screens/train-failed.80x24.txt \
	tests/golden/screens/train-finished.80x24.tones \
	tests/golden/screens/train-finished.80x24.txt \
	tests/golden/screens/train-paused.80x24.tones \
	tests/golden/screens/train-paused.80x24.txt \
	tests/golden/screens/train-preparing.80x24.tones \
	tests/golden/screens/train-preparing.80x24.txt \
	tests/golden/screens/train-stopped.80x24.tones \
	tests/golden/screens/train-stopped.80x24.txt \
	tests/golden/screens/train.120x40.tones \
	tests/golden/screens/train.120x40.txt \
	tests/golden/screens/train.200x60.tones \
	tests/golden/screens/train.200x60.txt \
	tests/golden/screens/train.40x8.tones \
	tests/golden/screens/train.40x8.txt \
	tests/golden/screens/train.60x16.tones \
	tests/golden/screens/train.60x16.txt \
	tests/golden/screens/train.80x24.tones \
	tests/golden/screens/train.80x24.txt \
	tests/golden/screens/views.def

# Writes the golden screens anew; review the difference before it is committed.
golden-screens: tests/unit/unit
	BERTSCOPE_GOLDEN=write srcdir=$(srcdir) tests/unit/unit screens
.PHONY: golden-screens
