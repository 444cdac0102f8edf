import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { createMetrics } from '../monitoring/metrics.ts';

interface Rule {
  alert?: string;
  for?: string;
  labels: { severity: string };
  annotations: { description: string; action: string };
}

/** A metric as prom-client gives it; its types know neither the words of `type` nor the labels. */
interface Registered {
  name: string;
  type: string;
  help: string;
  labelNames: string[];
}

const RULES = ['serving', 'models', 'jobs', 'host', 'watching'];

const INTRODUCTION = `# Monitoring

The API answers Prometheus on \`/metrics\`, to a key of the role viewer; a worker on a port of its own
(\`TOUCHLINE_METRICS_PORT\`, off by default), without a key. The files for Prometheus, Alertmanager and Grafana lie under
\`monitoring/\`:

| path | what it is |
|---|---|
| \`monitoring/prometheus/prometheus.yml\` | what is scraped: API, workers, machine, GPU, Alertmanager, Prometheus itself |
| \`monitoring/prometheus/rules/\` | recording rules, and the alerts below |
| \`monitoring/prometheus/tests/\` | for \`promtool test rules\`: every alert fires, and does not |
| \`monitoring/alertmanager/alertmanager.yml\` | to Slack and to Touchline's own list of alerts |
| \`monitoring/grafana/\` | data source and dashboards, provisioned from files |

Drift, changed scores and a live error that is worse than promised are told of by Touchline itself, with evidence, as soon as
they are found. The rules of Prometheus watch what Touchline cannot tell by itself: that it is slow, failing or away, that
nobody acted on a drift, or that nobody looked.

This page is generated from \`monitoring/metrics.ts\` and the rules by \`npx tsx scripts/monitoring-document.ts\`.

## Metrics

Beside these there are the usual ones of a Node process (\`process_…\`, \`nodejs_…\`; the lag of the event loop among them).
`;

const ELSEWHERE = `## Names that other exporters use

| elsewhere | here |
|---|---|
| \`football_ai_videos_processed_total{status, video_type}\` | \`touchline_jobs_total{kind, outcome}\`: what is processed is a job of its kind |
| \`football_ai_processing_duration_seconds{stage}\` | \`touchline_job_duration_seconds{kind}\` for the steps of a pipeline, \`touchline_prediction_stage_duration_seconds{stage}\` for those of a request |
| \`football_ai_model_inference_duration_seconds{model_name, batch_size}\` | \`touchline_prediction_stage_duration_seconds{stage="model"}\`; the batch size is a histogram of its own, \`touchline_prediction_batch_rows\`, since as a label it makes a series a size |
| \`football_ai_active_processing_jobs\` | \`touchline_jobs_active\` a worker, \`touchline_queue_jobs{state="active"}\` in all |
| \`football_ai_model\` (info) | \`touchline_model_info\` |
| time and number of predictions of a model's exporter | \`touchline_prediction_duration_seconds\`, \`touchline_predictions_total\` |
| prediction log: method, confidence | \`touchline_predictions_total{method}\`; the confidence is in the prediction log |
| requests of the API, state of the database | \`touchline_http_requests_total\`, \`touchline_dependency_up{dependency="store"}\`; alert DependencyDown |
| HighLoad on the node exporter | the alert of the same name |
| \`cpu_percent\` above 80, \`memory_percent\` above 85, \`gpu_percent\` above 90 | alerts HighCpu, HighMemory, HighGpu |
| \`memory_available_mb\`, \`disk_io_read\`, \`disk_io_write\` | \`node_memory_MemAvailable_bytes\`, \`node_disk_read_bytes_total\`, \`node_disk_written_bytes_total\` |
| \`inference_time\` or \`pipeline_latency_ms\` above a bound | alerts SlowModel (0.1 s), SlowAnswers (0.25 s and 1.5 s) |
| \`queue_size\` | \`touchline_queue_jobs\`; alerts QueueBacklog and QueueStuck |
| \`success_rate\`, \`error_count\` | \`touchline_prediction_failures_total\` against \`touchline_predictions_total\`; alerts ModelFailures and HighErrorRate |
| \`alert_rate\` | \`touchline_alerts_open\`, and Prometheus' own \`ALERTS\` |
| mean or spread of the recent scores out of bounds | Touchline's own alert of the kind \`scores\`, in \`touchline_alerts_open{kind="scores"}\` |
| \`fps\`, \`frame_drops\`, \`detections_count\`, \`tracking_accuracy\`, \`tokens_processed\` | measured where video is read; no present product reads video |
`;

/** Metrics and alerts as `docs/monitoring.md`. */
export async function monitoringDocument(): Promise<string> {
  const metrics = await createMetrics({ process: false }).registry.getMetricsAsArray();
  const rows = metrics.map((metric) => {
    const { name, type, help, labelNames } = metric as unknown as Registered;
    const labels = labelNames.length > 0 ? `{${labelNames.join(', ')}}` : '';
    return `| \`${name}${labels}\` | ${type} | ${help} |`;
  });
  return [
    INTRODUCTION,
    '| metric | type | meaning |',
    '|---|---|---|',
    ...rows,
    '',
    '## Alerts',
    '',
    'Each says in its message what it is about and what to do; the same stands here.',
    '',
    ...RULES.flatMap(alertsOf),
    ELSEWHERE,
  ].join('\n');
}

function alertsOf(file: string): string[] {
  const path = new URL(`../monitoring/prometheus/rules/${file}.yml`, import.meta.url);
  const { groups } = parse(readFileSync(path, 'utf8')) as { groups: { rules: Rule[] }[] };
  const byName = new Map<string, Rule[]>();
  for (const rule of groups.flatMap(({ rules }) => rules))
    byName.set(rule.alert!, [...(byName.get(rule.alert!) ?? []), rule]);
  return [...byName].flatMap(([name, rules]) => {
    const { description, action } = rules[0].annotations;
    const when = rules.map((rule) => `${rule.labels.severity} ${rule.for ? `after ${rule.for}` : 'at once'}`);
    const plain = action.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => label.toUpperCase());
    return [`### ${name}`, '', `${description} *${when.join(', ')}.*`, '', `What to do: ${plain}`, ''];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('../docs/monitoring.md', import.meta.url), await monitoringDocument());
