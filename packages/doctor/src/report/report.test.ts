import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import type { Report } from '../examine.ts'
import type { Level } from '../finding.ts'
import { sampleReport } from '../testing/sample-report.ts'
import { reportDocument, toDocument } from './document.ts'
import { evidenceOf } from './evidence.ts'
import { toJunit } from './junit.ts'
import { readableReport } from './readable.ts'
import { toSarif } from './sarif.ts'

const plain = (_: unknown, text: string) => text
const sound: Report = {
  ...sampleReport,
  findings: [],
  readiness: sampleReport.readiness.filter(({ verdict }) => verdict !== 'fails'),
  areas: sampleReport.areas.map((area) => ({ ...area, outcome: 'passed', because: undefined })),
}
const [note, error, warning] = sampleReport.findings

describe('for a person', () => {
  const text = readableReport(sampleReport, { columns: 80, style: plain })

  test('says first what to mend first, and errors before the rest', () => {
    const lines = text.split('\n')
    expect(lines[0]).toBe(sampleReport.mcpUrl)
    expect(lines[3]).toBe(`First: ${error!.title}`)
    expect(lines[1]).toBe('Authorization server https://as.example.com')
    const places = [error, warning, note].map((finding) =>
      text.indexOf(`${finding!.level}  ${finding!.title}`),
    )
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBeGreaterThan(0)
    expect(lines.at(-1)).toBe('1 error, 1 warning and 1 note in 0.4 s.')
  })

  test('shows of the answer what the finding is about, and no line is wider than the terminal', () => {
    expect(text).toContain('"resource": "http://mcp.example.com/mcp"')
    expect(text).not.toContain('resource_documentation')
    expect(text).not.toContain('user-agent')
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  test('tells skipped areas of one reason in one line', () => {
    const skipped = sampleReport.areas.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped.length).toBeGreaterThan(1)
    expect(text.match(/– skipped/g)).toHaveLength(1)
    expect(text).toContain(`– skipped  ${skipped[0]!.title}, ${skipped[1]!.title}, `)
  })

  test('verbose shows all of every exchange', () => {
    const all = readableReport(sampleReport, { columns: 80, style: plain, verbose: true })
    expect(all).toContain('resource_documentation')
    expect(all).toContain('user-agent: neonpanel-doctor')
  })

  test('colours only where it is told to', () => {
    const marked = readableReport(sampleReport, {
      columns: 80,
      style: (format, part) => `<${[format].flat().join(' ')}>${part}</>`,
    })
    expect(marked).toContain('<bold red>First: ')
    expect(marked).toContain('<green>✓ passed </>')
  })

  test('without findings there is nothing to mend', () => {
    const lines = readableReport(sound, { columns: 80, style: plain }).split('\n')
    expect(lines[3]).toBe('Nothing to mend.')
    expect(lines.at(-1)).toBe('Nothing found in 0.4 s.')
    const { readiness } = sampleReport
    expect(readableReport({ ...sound, readiness }, { columns: 80, style: plain })).toContain(
      'not every client gets in: see below.',
    )
  })
})

describe('evidence', () => {
  const [exchange] = error!.exchanges

  test('tells an answer that did not come', () => {
    const gone = { ...exchange!, response: undefined, failure: 'connect ECONNREFUSED' }
    expect(evidenceOf(gone, error!, false).response).toEqual(['connect ECONNREFUSED'])
  })

  test('shows the beginning of a body in which nothing is named', () => {
    const body = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n')
    const response = { status: 200, headers: {}, body }
    const { response: lines } = evidenceOf({ ...exchange!, response }, error!, false)
    expect(lines).toEqual(['200', ...body.split('\n').slice(0, 8), '…'])
  })
})

describe('as JSON', () => {
  test('it is what its schema says', () => {
    const document = reportDocument.parse(JSON.parse(JSON.stringify(toDocument(sampleReport))))
    expect(document).toMatchObject({
      version: 1,
      summary: { errors: 1, warnings: 1, notes: 1 },
      first: error!.id,
      registration: { document: true, dynamic: 'gated' },
    })
    expect(document.findings.map(({ id }) => id)).toEqual(sampleReport.findings.map(({ id }) => id))
    expect(document.findings[1]!.exchanges[0]!.response?.status).toBe(200)
  })

  test('without findings nothing is first', () => {
    expect(reportDocument.parse(toDocument(sound))).toMatchObject({ first: null, findings: [] })
  })
})

describe('as JUnit', () => {
  const parse = (xml: string) => {
    expect(XMLValidator.validate(xml)).toBe(true)
    const parser = new XMLParser({
      ignoreAttributes: false,
      isArray: (name) => ['testsuite', 'testcase'].includes(name),
    })
    return parser.parse(xml).testsuites
  }

  test('a case for each finding and client, and failures from the level on', () => {
    const failures = (levels: readonly Level[]) =>
      [...toJunit(sampleReport, new Set(levels)).matchAll(/<failure message="([^"]*)"/g)].length
    // The client that fails is one of them.
    expect(failures(['error'])).toBe(2)
    expect(failures(['error', 'warning'])).toBe(3)
    expect(failures([])).toBe(0)
    const { testsuite } = parse(toJunit(sampleReport, new Set(['error'])))
    const names = testsuite.map((suite: Record<string, unknown>) => suite['@_name'])
    expect(names).toEqual([...sampleReport.areas.map(({ title }) => title), 'Real clients'])
    const metadata = testsuite[2]
    expect(metadata).toMatchObject({ '@_tests': '1', '@_failures': '1', '@_skipped': '0' })
    expect(metadata.testcase[0]['@_name']).toBe(`${error!.title} (${error!.id})`)
    expect(metadata.testcase[0]['system-out']).toContain('expected: https://mcp.example.com/mcp')
    const skipped = sampleReport.areas.findIndex(({ outcome }) => outcome === 'skipped')
    expect(testsuite[skipped].testcase[0].skipped['@_message']).toBe(
      'Seen with --login or --token only.',
    )
  })

  test('what a server said is text, whatever it said', () => {
    const got = ']]><evil a="&\u0000\ud800'
    const findings = [{ ...error!, got, title: got }]
    const { testsuite } = parse(toJunit({ ...sampleReport, findings }, new Set(['error'])))
    expect(testsuite[2].testcase[0]['system-out']).toContain(']]><evil a="&')
  })
})

describe('as SARIF', () => {
  const log = toSarif(sampleReport, '1.2.3')
  const [run] = log.runs

  test('a rule and a result for each finding', () => {
    expect(log.version).toBe('2.1.0')
    const rules = run!.tool.driver.rules!
    expect(rules.map(({ id }) => id)).toEqual(sampleReport.findings.map(({ id }) => id))
    for (const result of run!.results!) {
      expect(rules[result.ruleIndex!]!.id).toBe(result.ruleId)
      const [location] = result.locations!
      const { uri } = location!.physicalLocation!.artifactLocation!
      expect(uri).toBe('mcp.example.com/mcp')
    }
    expect(run!.results!.map(({ level }) => level)).toEqual(['note', 'error', 'warning'])
  })

  test.each([
    ['http://localhost:4401/mcp', 'localhost-4401/mcp'],
    ['https://[::1]/', '--1'],
    ['no url', 'no%20url'],
  ])('%s stands as %s', (mcpUrl, place) => {
    const [result] = toSarif({ ...sampleReport, mcpUrl }, '1').runs[0]!.results!
    expect(result!.locations![0]!.physicalLocation!.artifactLocation!.uri).toBe(place)
  })

  test('the request and the answer go along', () => {
    const result = run!.results![1]!
    expect(result.webRequest).toMatchObject({ method: 'GET' })
    expect(result.webResponse).toMatchObject({ statusCode: 200 })
    const exchanges = [{ ...error!.exchanges[0]!, response: undefined, failure: 'gone' }]
    const findings = [{ ...error!, exchanges }]
    const [unanswered] = toSarif({ ...sampleReport, findings }, '1').runs[0]!.results!
    expect(unanswered).toMatchObject({ webRequest: { method: 'GET' } })
    expect(unanswered!.webResponse).toBeUndefined()
  })

  test('one finding at one place keeps its fingerprint', () => {
    const prints = (report: Report) =>
      toSarif(report, '9').runs[0]!.results!.map(({ partialFingerprints }) => partialFingerprints)
    expect(prints({ ...sampleReport, durationMs: 1 })).toEqual(prints(sampleReport))
    expect(new Set(prints(sampleReport).map((one) => JSON.stringify(one))).size).toBe(3)
  })
})
