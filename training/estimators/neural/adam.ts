/**
 * Adam (Kingma & Ba 2015, algorithm 1) on plain arrays, in place. For networks of this size it is several times faster
 * than a dozen small kernel calls per variable.
 */
export function adam(parameters: Float32Array[], rate: number): (gradients: Float32Array[]) => void {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7];
  const first = parameters.map((p) => new Float32Array(p.length));
  const second = parameters.map((p) => new Float32Array(p.length));
  let step = 0;
  return (gradients) => {
    step++;
    const correction1 = 1 - beta1 ** step;
    const correction2 = 1 - beta2 ** step;
    parameters.forEach((parameter, k) => {
      const [m, v, g] = [first[k], second[k], gradients[k]];
      for (let i = 0; i < parameter.length; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        parameter[i] -= (rate * (m[i] / correction1)) / (Math.sqrt(v[i] / correction2) + epsilon);
      }
    });
  };
}
