/** A line of a plot: points from left to right. */
export interface Line {
  readonly name: string
  readonly color: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

const [WIDTH, HEIGHT] = [640, 360]
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 150, 36, 40]

/** A plot of hit ratios (0 to 1) over cache sizes, on a logarithmic scale, as an SVG that can be read on light and on dark. */
export function plot(title: string, lines: readonly Line[]): string {
  const sizes = lines[0]!.points.map(([x]) => x)
  const [first, last] = [Math.log(sizes[0]!), Math.log(sizes.at(-1)!)]
  const x = (size: number): number => LEFT + ((Math.log(size) - first) / (last - first)) * (WIDTH - LEFT - RIGHT)
  const y = (ratio: number): number => HEIGHT - BOTTOM - ratio * (HEIGHT - TOP - BOTTOM)
  const round = (value: number): string => value.toFixed(1)
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (ratio) =>
      `<path class="grid" d="M${LEFT} ${round(y(ratio))}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${round(y(ratio) + 4)}" text-anchor="end">${ratio * 100} %</text>`,
  )
  const ticks = sizes.map(
    (size) =>
      `<text x="${round(x(size))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
  )
  const curves = lines.map(({ name, color, points }, index) => {
    const path = points.map(([size, ratio], i) => `${i === 0 ? 'M' : 'L'}${round(x(size))} ${round(y(ratio))}`).join('')
    const at = TOP + 14 + index * 20
    return `<path class="line" stroke="${color}" d="${path}"/><path class="line" stroke="${color}" d="M${WIDTH - RIGHT + 12} ${at}h18"/><text x="${WIDTH - RIGHT + 36}" y="${at + 4}">${name}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px;font-weight:600}.grid{stroke:#8c959f;stroke-opacity:.35;fill:none}.line{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>
<text class="title" x="${LEFT}" y="20">${title}</text>
${[...grid, ...ticks, ...curves].join('\n')}
<text x="${LEFT}" y="${HEIGHT - 6}">keys that the cache may hold</text>
</svg>
`
}
