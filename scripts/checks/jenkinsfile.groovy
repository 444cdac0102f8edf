// Runs the structure of declarative Jenkinsfiles without Jenkins: sections and steps that it does not know, and sections
// that are missing, are errors. Prints the stages and shell steps, one per line: groovy jenkinsfile.groovy FILE…
class Section {
  Map allowed
  String at
  List seen = []

  def methodMissing(String name, args) {
    if (!allowed.containsKey(name)) throw new Exception("unknown '${name}' in ${at}")
    def inside = allowed[name]
    seen << name
    def label = args && args[0] instanceof String ? args[0] : null
    if (name == 'stage') println "stage ${label}"
    if (name == 'sh') println "sh ${args[0]}"
    if (!(args && args[-1] instanceof Closure && inside instanceof Map)) return name
    def section = new Section(allowed: inside, at: label ? "${at}/${label}" : "${at}/${name}")
    Closure body = args[-1]
    body.delegate = section
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body.call()
    section.check(name)
    name
  }

  def propertyMissing(String name) { throw new Exception("unknown '${name}' in ${at}") }
  void propertyMissing(String name, value) {
    if (allowed != [:]) throw new Exception("'${name} =' in ${at}")
  }

  void check(String name) {
    def need = { List wanted -> wanted.each { if (!(it in seen)) throw new Exception("missing '${it}' in ${at}") } }
    if (name == 'pipeline') need(['agent', 'stages'])
    if (name == 'stages' && !('stage' in seen)) throw new Exception("no stage in ${at}")
    if (name == 'stage' && !seen.any { it in ['steps', 'parallel', 'stages', 'matrix'] }) throw new Exception("stage without steps: ${at}")
    if (name == 'steps' && seen.isEmpty()) throw new Exception("no step in ${at}")
    if (name == 'input') need(['message'])
  }
}

// Leaves (true) are not checked further: expressions and scripts are code, which the parser has checked.
def leaves = { List names -> names.collectEntries { [it, true] } }
def steps = leaves(['sh', 'echo', 'checkout', 'junit', 'archiveArtifacts', 'dir', 'script', 'withCredentials', 'stash', 'unstash',
  'build', 'error', 'unstable', 'catchError', 'retry', 'timeout', 'lock'])
def options = leaves(['timeout', 'timestamps', 'buildDiscarder', 'disableConcurrentBuilds', 'logRotator', 'retry', 'skipDefaultCheckout'])
def agent = leaves(['label', 'docker', 'dockerfile'])
def conditions = leaves(['branch', 'expression', 'environment', 'beforeInput', 'beforeAgent'])
conditions += [allOf: conditions, anyOf: conditions, not: conditions]
def post = ['always', 'success', 'failure', 'unstable', 'aborted', 'cleanup', 'changed', 'fixed', 'regression'].collectEntries { [it, steps] }
def input = leaves(['message', 'ok', 'id', 'submitter', 'submitterParameter']) + [parameters: leaves(['string', 'booleanParam', 'choice'])]
def stage = [:]
def stages = [stage: stage]
stage.putAll([agent: agent, steps: steps, when: conditions, input: input, environment: [:], options: options, parallel: stages,
  stages: stages, post: post, failFast: true])
def root = [pipeline: [agent: agent, stages: stages, options: options, environment: [:], post: post, tools: true,
  parameters: leaves(['string', 'booleanParam', 'choice', 'text', 'password']), triggers: leaves(['cron', 'pollSCM', 'upstream'])]]

def wrong = args.findAll { file ->
  try {
    def top = new Section(allowed: root, at: '')
    def script = new GroovyShell().parse(new File(file))
    script.metaClass.methodMissing = { String name, arguments -> top.methodMissing(name, arguments) }
    script.run()
    if (!('pipeline' in top.seen)) throw new Exception('no pipeline')
    false
  } catch (Throwable problem) {
    System.err.println("${file}: ${problem.message?.readLines()?.first()}")
    true
  }
}
System.exit(wrong || !args ? 1 : 0)
