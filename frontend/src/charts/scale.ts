// Axes: round steps, and the rows of a stack as one path.

/** Returns round values from 0 to the top and a little above; at most `count` steps. */
export function ticks(top: number, count = 4): number[] {
  if (!(top > 0)) return [0, 1];
  const raw = top / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= raw * 0.999) ?? 10) * power;
  const steps = Math.ceil(top / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Returns a rectangle as a part of a path. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
}

/** Returns a line through points; null parts it. */
export function line(points: readonly (readonly [number, number] | null)[]): string {
  let pen = "M";
  return points
    .map((point) => {
      if (!point) {
        pen = "M";
        return "";
      }
      const text = `${pen}${n(point[0])} ${n(point[1])}`;
      pen = "L";
      return text;
    })
    .join("");
}

export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
