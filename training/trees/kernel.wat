;; The four inner loops of histogram trees, over the shared memory that `memory.ts` lays out.
;; A histogram is an array of pairs (gradient, hessian) of f64 that hold integers: sums are exact, whatever their order.
;; `npm run kernel` compiles this file into generated/kernel.ts.
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

  ;; Best split of one histogram by GL²/(HL + λ) + GR²/(HR + λ), with missing values on either side.
  ;; Writes to `out`: that sum (0 where no split is allowed), bin, whether missing goes left, GL, HL.
  (func (export "scan")
    (param $at i32) (param $bins i32) (param $gradient f64) (param $hessian f64)
    (param $lambda f64) (param $least f64) (param $out i32)
    (local $first i32) (local $end i32) (local $hasMissing i32)
    (local $total v128) (local $missing v128) (local $left v128) (local $try v128) (local $right v128)
    (local $lambdas v128) (local $leasts v128) (local $weights v128) (local $terms v128)
    (local $score f64) (local $best f64) (local $bestAt i32) (local $bestMissing i32) (local $bestLeft v128)
    (local.set $first (local.get $at))
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $bins) (i32.const 4))))
    (local.set $missing (v128.load (local.get $end)))
    (local.set $hasMissing (f64.gt (f64x2.extract_lane 1 (local.get $missing)) (f64.const 0)))
    ;; All known values on the left is a split only where some are missing.
    (if (i32.eqz (local.get $hasMissing)) (then (local.set $end (i32.sub (local.get $end) (i32.const 16)))))
    (local.set $total (f64x2.replace_lane 1 (f64x2.splat (local.get $gradient)) (local.get $hessian)))
    (local.set $lambdas (f64x2.splat (local.get $lambda)))
    (local.set $leasts (f64x2.splat (local.get $least)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (f64.ne (f64.load offset=8 (local.get $at)) (f64.const 0))
          (then
            (local.set $left (f64x2.add (local.get $left) (v128.load (local.get $at))))
            (local.set $right (f64x2.sub (local.get $total) (local.get $left)))
            ;; The hessian on the right only shrinks.
            (br_if $done (f64.lt (f64x2.extract_lane 1 (local.get $right)) (local.get $least)))
            ;; (HL, HR)
            (local.set $weights (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
              (local.get $left) (local.get $right)))
            (if (i64x2.all_true (f64x2.ge (local.get $weights) (local.get $leasts)))
              (then
                ;; (GL, GR)
                (local.set $terms (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
                  (local.get $left) (local.get $right)))
                (local.set $terms (f64x2.div (f64x2.mul (local.get $terms) (local.get $terms))
                  (f64x2.add (local.get $weights) (local.get $lambdas))))
                (local.set $score (f64.add (f64x2.extract_lane 0 (local.get $terms))
                  (f64x2.extract_lane 1 (local.get $terms))))
                (if (f64.gt (local.get $score) (local.get $best))
                  (then
                    (local.set $best (local.get $score))
                    (local.set $bestAt (local.get $at))
                    (local.set $bestMissing (i32.const 0))
                    (local.set $bestLeft (local.get $left))))))
            (if (local.get $hasMissing)
              (then
                (local.set $try (f64x2.add (local.get $left) (local.get $missing)))
                (local.set $right (f64x2.sub (local.get $total) (local.get $try)))
                (local.set $weights (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
                  (local.get $try) (local.get $right)))
                (if (i64x2.all_true (f64x2.ge (local.get $weights) (local.get $leasts)))
                  (then
                    (local.set $terms (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
                      (local.get $try) (local.get $right)))
                    (local.set $terms (f64x2.div (f64x2.mul (local.get $terms) (local.get $terms))
                      (f64x2.add (local.get $weights) (local.get $lambdas))))
                    (local.set $score (f64.add (f64x2.extract_lane 0 (local.get $terms))
                      (f64x2.extract_lane 1 (local.get $terms))))
                    (if (f64.gt (local.get $score) (local.get $best))
                      (then
                        (local.set $best (local.get $score))
                        (local.set $bestAt (local.get $at))
                        (local.set $bestMissing (i32.const 1))
                        (local.set $bestLeft (local.get $try))))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    ;; Where nothing was missing, missing values will go with the heavier child.
    (if (i32.eqz (local.get $hasMissing))
      (then (local.set $bestMissing (f64.ge
        (f64.add (f64x2.extract_lane 1 (local.get $bestLeft)) (f64x2.extract_lane 1 (local.get $bestLeft)))
        (local.get $hessian)))))
    (f64.store (local.get $out) (local.get $best))
    (f64.store offset=8 (local.get $out)
      (f64.convert_i32_u (i32.shr_u (i32.sub (local.get $bestAt) (local.get $first)) (i32.const 4))))
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
)
