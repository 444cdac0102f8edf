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

/** A metric as prom-client returns it; its types lack the labels and the values of `type`. */
interface Registered {
  name: string;
  type: string;
  help: string;
  labelNames: string[];
}

const RULES = ['serving', 'models', 'jobs', 'host', 'watching'];

const INTRODUCTION = `# Monitoring

The API serves \`/metrics\` to keys of the role viewer. A worker serves it without a key on the port
\`TOUCHLINE_METRICS_PORT\` (off by default). The files for Prometheus, Alertmanager and Grafana are in \`monitoring/\`:

| path | contents |
|---|---|
| \`monitoring/prometheus/prometheus.yml\` | scrape targets: API, workers, machine, GPU, Alertmanager, Prometheus itself |
| \`monitoring/prometheus/rules/\` | recording rules, and the alerts below |
| \`monitoring/prometheus/tests/\` | unit tests for \`promtool test rules\`: every alert fires when it should and only then |
| \`monitoring/alertmanager/alertmanager.yml\` | routes to Slack and to Touchline's inbox |
| \`monitoring/grafana/\` | data source and dashboards, provisioned from files |

Touchline itself reports drift, changed scores and a live error that is worse than on the test part, with evidence. The rules of
Prometheus watch what Touchline cannot see about itself: that it is slow, failing or down, that nobody acted on a drift, or
that a drift check is overdue.

This page is generated from \`monitoring/metrics.ts\` and the rules by \`npx tsx scripts/monitoring-document.ts\`.

## Metrics

The usual metrics of a Node process are exported too (\`process_…\`, \`nodejs_…\`, including the event loop lag).
`;

const ELSEWHERE = `## Names in other exporters

| elsewhere | here |
|---|---|
| \`football_ai_videos_processed_total{status, video_type}\` | \`touchline_jobs_total{kind, outcome}\`: each processed thing is a job of its kind |
| \`football_ai_processing_duration_seconds{stage}\` | \`touchline_job_duration_seconds{kind}\` for pipeline steps, \`touchline_prediction_stage_duration_seconds{stage}\` for the stages of a request |
| \`football_ai_model_inference_duration_seconds{model_name, batch_size}\` | \`touchline_prediction_stage_duration_seconds{stage="model"}\`; the batch size is the histogram \`touchline_prediction_batch_rows\`, since a label would create one series per size |
| \`football_ai_active_processing_jobs\` | \`touchline_jobs_active\` per worker, \`touchline_queue_jobs{state="active"}\` in total |
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
| \`fps\`, \`frame_drops\`, \`detections_count\`, \`tracking_accuracy\`, \`tokens_processed\` | none yet: no product reads video |
`;

/** Text of `docs/monitoring.md`. */
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
    'Each alert carries this text in its message.',
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
