;; The four inner loops of histogram trees, over the shared memory that `memory.ts` lays out.
;; A histogram is an array of pairs (gradient, hessian) of f64 that hold integers: sums are exact, whatever their order.
;; scripts/build-kernel.mjs compiles this file into generated/kernel.ts.
(module
  (import "trees" "memory" (memory 1 32768 shared))

  ;; Adds the gradients of the rows [rows, end) to four histograms, one for each of four columns of bins.
  (func (export "histograms")
    (param $rows i32) (param $end i32) (param $gradients i32)
    (param $c0 i32) (param $c1 i32) (param $c2 i32) (param $c3 i32)
    (param $h0 i32) (param $h1 i32) (param $h2 i32) (param $h3 i32)
    (local $row i32) (local $a0 i32) (local $a1 i32) (local $a2 i32) (local $a3 i32) (local $pair v128)
    (block $done
      (br_if $done (i32.ge_u (local.get $rows) (local.get $end)))
      (loop $next
        (local.set $row (i32.load (local.get $rows)))
        (local.set $a0 (i32.add (local.get $h0)
          (i32.shl (i32.load8_u (i32.add (local.get $c0) (local.get $row))) (i32.const 4))))
        (local.set $a1 (i32.add (local.get $h1)
          (i32.shl (i32.load8_u (i32.add (local.get $c1) (local.get $row))) (i32.const 4))))
        (local.set $a2 (i32.add (local.get $h2)
          (i32.shl (i32.load8_u (i32.add (local.get $c2) (local.get $row))) (i32.const 4))))
        (local.set $a3 (i32.add (local.get $h3)
          (i32.shl (i32.load8_u (i32.add (local.get $c3) (local.get $row))) (i32.const 4))))
        (local.set $pair (f64x2.convert_low_i32x4_s
          (v128.load64_zero (i32.add (local.get $gradients) (i32.shl (local.get $row) (i32.const 3))))))
        (v128.store (local.get $a0) (f64x2.add (v128.load (local.get $a0)) (local.get $pair)))
        (v128.store (local.get $a1) (f64x2.add (v128.load (local.get $a1)) (local.get $pair)))
        (v128.store (local.get $a2) (f64x2.add (v128.load (local.get $a2)) (local.get $pair)))
        (v128.store (local.get $a3) (f64x2.add (v128.load (local.get $a3)) (local.get $pair)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))))

  (func (export "clear") (param $at i32) (param $bytes i32)
    (memory.fill (local.get $at) (i32.const 0) (local.get $bytes)))

  ;; [at, end) −= what lies from `other` on.
  (func (export "subtract") (param $at i32) (param $end i32) (param $other i32)
    (loop $next
      (v128.store (local.get $at) (f64x2.sub (v128.load (local.get $at)) (v128.load (local.get $other))))
      (local.set $other (i32.add (local.get $other) (i32.const 16)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))

  ;; Best split of one histogram by GL²/(HL + λ) + GR²/(HR + λ), with missing values on the right first, then on the left.
  ;; Writes to `out`: that sum (0 where no split is allowed), bin, whether missing goes left, GL, HL. Two bins at a time and
  ;; without branches: whether a bin of a small node is empty cannot be predicted. The slot of missing values, read where
  ;; the number of bins is odd, leaves nothing on the right, and is not allowed.
  (func (export "scan")
    (param $first i32) (param $bins i32) (param $gradient f64) (param $hessian f64)
    (param $lambda f64) (param $least f64) (param $out i32)
    (local $at i32) (local $end i32) (local $hasMissing i32) (local $pass i32)
    (local $gradients v128) (local $hessians v128) (local $lambdas v128) (local $leasts v128)
    (local $missing v128) (local $one v128) (local $two v128)
    (local $gl v128) (local $hl v128) (local $gr v128) (local $hr v128) (local $a v128) (local $b v128)
    (local $score v128) (local $better v128) (local $places v128)
    (local $bestScore v128) (local $bestPlace v128) (local $bestGradient v128) (local $bestHessian v128)
    (local $s0 f64) (local $s1 f64) (local $best f64) (local $bestBin f64) (local $bestMissing i32)
    (local $bestLeft v128) (local $second i32)
    (local.set $end (i32.add (local.get $first) (i32.shl (local.get $bins) (i32.const 4))))
    (local.set $missing (v128.load (local.get $end)))
    (local.set $hasMissing (f64.gt (f64x2.extract_lane 1 (local.get $missing)) (f64.const 0)))
    (local.set $gradients (f64x2.splat (local.get $gradient)))
    (local.set $hessians (f64x2.splat (local.get $hessian)))
    (local.set $lambdas (f64x2.splat (local.get $lambda)))
    (local.set $leasts (f64x2.splat (local.get $least)))
    (block $done
      (br_if $done (i32.eqz (local.get $bins)))
      (loop $again
        (local.set $at (local.get $first))
        (local.set $places (v128.const f64x2 0 1))
        (local.set $bestScore (f64x2.splat (f64.const 0)))
        (loop $next
          (local.set $one (f64x2.add (local.get $two) (v128.load (local.get $at))))
          ;; Not from `one`: sums are exact, and this way the bins wait for one addition in two.
          (local.set $two (f64x2.add (local.get $two)
            (f64x2.add (v128.load (local.get $at)) (v128.load offset=16 (local.get $at)))))
          (local.set $gl (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $one) (local.get $two)))
          (local.set $hl (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $one) (local.get $two)))
          (local.set $gr (f64x2.sub (local.get $gradients) (local.get $gl)))
          (local.set $hr (f64x2.sub (local.get $hessians) (local.get $hl)))
          (local.set $a (f64x2.add (local.get $hl) (local.get $lambdas)))
          (local.set $b (f64x2.add (local.get $hr) (local.get $lambdas)))
          ;; Over a common denominator: one division a bin.
          (local.set $score (f64x2.div
            (f64x2.add
              (f64x2.mul (f64x2.mul (local.get $gl) (local.get $gl)) (local.get $b))
              (f64x2.mul (f64x2.mul (local.get $gr) (local.get $gr)) (local.get $a)))
            (f64x2.mul (local.get $a) (local.get $b))))
          (local.set $better (v128.and
            (f64x2.gt (local.get $score) (local.get $bestScore))
            (v128.and
              (f64x2.ge (local.get $hl) (local.get $leasts))
              (f64x2.ge (local.get $hr) (local.get $leasts)))))
          (local.set $bestScore (v128.bitselect (local.get $score) (local.get $bestScore) (local.get $better)))
          (local.set $bestPlace (v128.bitselect (local.get $places) (local.get $bestPlace) (local.get $better)))
          (local.set $bestGradient (v128.bitselect (local.get $gl) (local.get $bestGradient) (local.get $better)))
          (local.set $bestHessian (v128.bitselect (local.get $hl) (local.get $bestHessian) (local.get $better)))
          (local.set $places (f64x2.add (local.get $places) (v128.const f64x2 2 2)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
        ;; The better of the two lanes; of equals the earlier bin.
        (local.set $s0 (f64x2.extract_lane 0 (local.get $bestScore)))
        (local.set $s1 (f64x2.extract_lane 1 (local.get $bestScore)))
        (local.set $second (i32.or
          (f64.gt (local.get $s1) (local.get $s0))
          (i32.and
            (f64.eq (local.get $s1) (local.get $s0))
            (f64.lt (f64x2.extract_lane 1 (local.get $bestPlace)) (f64x2.extract_lane 0 (local.get $bestPlace))))))
        (if (local.get $second) (then
          (local.set $bestScore (f64x2.splat (local.get $s1)))
          (local.set $bestPlace (f64x2.splat (f64x2.extract_lane 1 (local.get $bestPlace))))
          (local.set $bestGradient (f64x2.splat (f64x2.extract_lane 1 (local.get $bestGradient))))
          (local.set $bestHessian (f64x2.splat (f64x2.extract_lane 1 (local.get $bestHessian))))))
        (if (f64.gt (f64x2.extract_lane 0 (local.get $bestScore)) (local.get $best)) (then
          (local.set $best (f64x2.extract_lane 0 (local.get $bestScore)))
          (local.set $bestBin (f64x2.extract_lane 0 (local.get $bestPlace)))
          (local.set $bestMissing (local.get $pass))
          (local.set $bestLeft (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (local.get $bestGradient) (local.get $bestHessian)))))
        (br_if $done (i32.or (i32.eqz (local.get $hasMissing)) (local.get $pass)))
        (local.set $pass (i32.const 1))
        (local.set $two (local.get $missing))
        (br $again)))
    ;; Where nothing was missing, missing values will go with the heavier child.
    (if (i32.eqz (local.get $hasMissing))
      (then (local.set $bestMissing (f64.ge
        (f64.add (f64x2.extract_lane 1 (local.get $bestLeft)) (f64x2.extract_lane 1 (local.get $bestLeft)))
        (local.get $hessian)))))
    (f64.store (local.get $out) (local.get $best))
    (f64.store offset=8 (local.get $out) (local.get $bestBin))
    (f64.store offset=16 (local.get $out) (f64.convert_i32_u (local.get $bestMissing)))
    (v128.store offset=24 (local.get $out) (local.get $bestLeft)))

  ;; Copies the rows [rows, end) to `out`, those that go left first, both sides in their old order; returns how many.
  ;; `missing` is the bin of missing values where they go left, else −1. `spare` has room for as many rows.
  (func (export "partition")
    (param $rows i32) (param $end i32) (param $out i32) (param $column i32)
    (param $bin i32) (param $missing i32) (param $spare i32) (result i32)
    (local $row i32) (local $value i32) (local $goesLeft i32) (local $left i32) (local $right i32)
    (local.set $left (local.get $out))
    (local.set $right (local.get $spare))
    (loop $next
      (local.set $row (i32.load (local.get $rows)))
      (local.set $value (i32.load8_u (i32.add (local.get $column) (local.get $row))))
      (local.set $goesLeft (i32.or (i32.le_u (local.get $value) (local.get $bin))
        (i32.eq (local.get $value) (local.get $missing))))
      ;; Written to both sides, kept on one: no branch to predict.
      (i32.store (local.get $left) (local.get $row))
      (i32.store (local.get $right) (local.get $row))
      (local.set $left (i32.add (local.get $left) (i32.shl (local.get $goesLeft) (i32.const 2))))
      (local.set $right (i32.add (local.get $right)
        (i32.shl (i32.xor (local.get $goesLeft) (i32.const 1)) (i32.const 2))))
      (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))
    (memory.copy (local.get $left) (local.get $spare) (i32.sub (local.get $right) (local.get $spare)))
    (i32.shr_u (i32.sub (local.get $left) (local.get $out)) (i32.const 2)))

  ;; Sends the rows [row, end) whose byte in `mask` is 0 down a tree and adds the value of their leaf to `sums`. A node is
  ;; 16 bytes: column or −1, then bin, bin of missing values where they go left (else −1) and left child, the right one
  ;; following it; a leaf has its f32 value in place of the bin.
  (func (export "descend")
    (param $row i32) (param $end i32) (param $mask i32) (param $bins i32) (param $stride i32)
    (param $nodes i32) (param $sums i32)
    (local $node i32) (local $column i32) (local $value i32) (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $row) (local.get $end)))
        (if (i32.eqz (i32.load8_u (i32.add (local.get $mask) (local.get $row))))
          (then
            (local.set $node (local.get $nodes))
            (block $leaf
              (loop $deeper
                (br_if $leaf (i32.lt_s (local.tee $column (i32.load (local.get $node))) (i32.const 0)))
                (local.set $value (i32.load8_u (i32.add
                  (i32.add (local.get $bins) (local.get $row))
                  (i32.mul (local.get $column) (local.get $stride)))))
                (local.set $node (i32.add (local.get $nodes) (i32.shl
                  (i32.sub
                    (i32.add (i32.load offset=12 (local.get $node)) (i32.const 1))
                    (i32.or
                      (i32.le_s (local.get $value) (i32.load offset=4 (local.get $node)))
                      (i32.eq (local.get $value) (i32.load offset=8 (local.get $node)))))
                  (i32.const 4))))
                (br $deeper)))
            (local.set $sum (i32.add (local.get $sums) (i32.shl (local.get $row) (i32.const 3))))
            (f64.store (local.get $sum)
              (f64.add (f64.load (local.get $sum)) (f64.promote_f32 (f32.load offset=4 (local.get $node)))))))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $next))))

  ;; Bins `count` f32 values by 255 ascending edges (those not used are +∞): how many are not above the value, `last` at
  ;; most; `missing` for NaN. A search of eight steps without branches, since values come in no order.
  (func (export "bin")
    (param $values i32) (param $end i32) (param $edges i32) (param $last i32) (param $missing i32) (param $out i32)
    (local $x f32) (local $at i32)
    (block $done
      (br_if $done (i32.ge_u (local.get $values) (local.get $end)))
      (loop $next
        (local.set $x (f32.load (local.get $values)))
        (local.set $at (i32.shl (f32.le (f32.load offset=508 (local.get $edges)) (local.get $x)) (i32.const 9)))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=252 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 8))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=124 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 7))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=60 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 6))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=28 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 5))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=12 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 4))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load offset=4 (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 3))))
        (local.set $at (i32.add (local.get $at) (i32.shl
          (f32.le (f32.load (i32.add (local.get $edges) (local.get $at))) (local.get $x)) (i32.const 2))))
        (local.set $at (i32.shr_u (local.get $at) (i32.const 2)))
        (local.set $at (select (local.get $at) (local.get $last) (i32.lt_s (local.get $at) (local.get $last))))
        (i32.store8 (local.get $out)
          (select (local.get $at) (local.get $missing) (f32.eq (local.get $x) (local.get $x))))
        (local.set $values (i32.add (local.get $values) (i32.const 4)))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $values) (local.get $end))))))

  ;; Draws the rows [0, end) of one tree: row i is in where 32 mixed bits of seed and i (the finalizer of MurmurHash3, as
  ;; `mix` in sampling.ts) are below `below`. Marks them in `mask`, lists them from `out` on and returns how many.
  (func (export "draw")
    (param $end i32) (param $seed i32) (param $below i64) (param $mask i32) (param $out i32) (result i32)
    (local $row i32) (local $h i32) (local $taken i32) (local $to i32)
    (local.set $to (local.get $out))
    (loop $next
      (local.set $h (i32.xor (local.get $seed) (i32.mul (local.get $row) (i32.const 0x9e3779b1))))
      (local.set $h (i32.mul (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 16))) (i32.const 0x85ebca6b)))
      (local.set $h (i32.mul (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 13))) (i32.const 0xc2b2ae35)))
      (local.set $h (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 16))))
      (local.set $taken (i64.lt_u (i64.extend_i32_u (local.get $h)) (local.get $below)))
      (i32.store8 (i32.add (local.get $mask) (local.get $row)) (local.get $taken))
      (i32.store (local.get $to) (local.get $row))
      (local.set $to (i32.add (local.get $to) (i32.shl (local.get $taken) (i32.const 2))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $row) (local.get $end))))
    (i32.shr_u (i32.sub (local.get $to) (local.get $out)) (i32.const 2)))
)
