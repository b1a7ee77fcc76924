// Charts drawn from the HTML table beside them: the table is the truth and stays on the page.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { readTable, type TableData } from './table'

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer])

type Kind = 'bar' | 'line'

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function options(kind: Kind, data: TableData, stacked: boolean): echarts.EChartsCoreOption {
  const axisStyle = { axisLabel: { color: token('--ink-soft') }, axisLine: { lineStyle: { color: token('--line-strong') } } }
  return {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    color: [1, 2, 3, 4, 5].map((n) => token(`--series-${n}`)),
    textStyle: { fontFamily: token('--font'), color: token('--ink') },
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: { show: data.series.length > 1, top: 0, textStyle: { color: token('--ink') } },
    // Rich text is drawn on the canvas: an HTML tooltip would need inline styles, which the policy forbids.
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
    xAxis: { type: 'category', data: data.categories, ...axisStyle },
    yAxis: { type: 'value', ...axisStyle, splitLine: { lineStyle: { color: token('--line') } } },
    series: data.series.map((series) => ({
      ...series, type: kind, stack: stacked ? 'all' : undefined, barMaxWidth: 48, symbolSize: 8,
    })),
  }
}

function draw(figure: HTMLElement): void {
  const table = document.querySelector<HTMLTableElement>(figure.dataset.table ?? '')
  if (!table) return
  const canvas = document.createElement('div')
  canvas.className = 'chart-canvas'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', figure.querySelector('figcaption')?.textContent?.trim() ?? '')
  const caption = figure.querySelector('figcaption')
  if (caption) caption.after(canvas)
  else figure.prepend(canvas)
  const chart = echarts.init(canvas, null, { renderer: 'canvas' })
  const kind: Kind = figure.dataset.chart === 'line' ? 'line' : 'bar'
  chart.setOption(options(kind, readTable(table), 'stacked' in figure.dataset))
  new ResizeObserver(() => chart.resize()).observe(canvas)
}

function drawAll(scope: ParentNode): void {
  for (const figure of scope.querySelectorAll<HTMLElement>('figure[data-chart]')) {
    if (!figure.querySelector('.chart-canvas')) draw(figure)
  }
}

void document.fonts.ready.then(() => drawAll(document))
document.addEventListener('htmx:afterSwap', (event) => drawAll(event.target as Element))
