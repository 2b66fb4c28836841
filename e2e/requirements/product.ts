import { sentencesOf } from './requirement.ts'

/** What people and builders are promised beyond the contract and the standards. */
export const product = {
  ...sentencesOf('PRODUCT', 'account', {
    'account-revoke-all': 'A person revokes all of their connected apps at once.',
    'account-narrow':
      'A person takes permissions or companies from an app without disconnecting it, at once and never the other way.',
    'account-password':
      'A new password ends every other session and all that apps were granted; the person is told before.',
  }),
  ...sentencesOf('PRODUCT', 'import', {
    'import-confirmed':
      'Where the client can ask, a person agrees to a summary of an import before anything is written; what they agreed to is what is written, once.',
    'import-audited': 'Administrators see every import in the audit log.',
    'import-watched':
      'An import tells its progress to whoever asks, and one that is cancelled before it is written leaves nothing.',
    'import-seen': 'An import is visible to the next read on every process.',
    'import-size': 'An import takes 5,000 rows.',
  }),
  ...sentencesOf('PRODUCT', 'tools', {
    'search-typos':
      'Search finds what was meant despite typing errors, and a code or an id exactly.',
    'search-fresh':
      'A search reads the rows as they are now, whoever wrote them and on whichever process.',
    'tool-errors':
      'A refused call tells a model what to do next, and which id may have been meant.',
    'tool-sizes':
      'On the demo data an answer to a call without wishes fits into 24 KB, any other into 64 KB.',
    'paging-survives': 'A cursor survives rows that come and go between pages.',
    'tallies-items': 'Revenue and cost of goods sold by item sum to the company’s.',
    'tallies-statements':
      'A profit and loss statement is revenue and cost of goods sold of its days.',
    'tallies-valuation': 'A stock valuation is the value of the cost layers.',
    'tallies-stock': 'Units by item are the units by warehouse.',
    'tallies-components': 'Components of landed costs sum to what the layers cost.',
    'tallies-import': 'Figures of different tools agree after an import, too.',
  }),
  ...sentencesOf('PRODUCT', 'faults', {
    'fault-kinds': 'Each kind of fault is met by real clients, and shows in what they say.',
    'fault-presets': 'Each preset is the incident that it tells of, for a real client.',
    'fault-scope':
      'A fault strikes those requests that it is for: by server, endpoint, step, client, person, tool, turn and probability.',
    'fault-end': 'A fault ends after its count, after its time, or when it is turned off.',
    'fault-processes':
      'A fault strikes at every process of both servers that share a database, and is counted once.',
    'console-faults':
      'The console turns presets and faults of one’s own on and off, for whom and how long, and says on every page that they are on.',
  }),
  ...sentencesOf('PRODUCT', 'flows', {
    'verdict-provoked':
      'Each cause of the catalogue is recognised where it happens, and GET /console/api/flows/:id says so in plain words.',
    'verdict-client':
      'What a client alone can see is diagnosed as well, without the notes of the servers.',
    'console-flows':
      'The console finds a flow, tells it in order with every exchange, and says in the step that failed why, what to do and where the rule stands.',
    'console-flows-live':
      'Where scripts run, the list and an open flow follow what happens; without scripts they are the same pages.',
  }),
  ...sentencesOf('PRODUCT', 'errors', {
    'errors-mismatch': 'An error page names what was got, what is registered and what to check.',
    'errors-correlation':
      'The correlation id of a refusal finds its row in the audit log, with the rule that was broken.',
    'errors-document': 'Every error_uri leads to a section of a page that the server itself has.',
  }),
  ...sentencesOf('PRODUCT', 'testing', {
    'seed-file':
      'SEED_FILE adds people, companies, clients and keys under ids that are known beforehand, once, on both engines.',
    'seed-file-problems':
      'What is wrong with a seed file is told at once, with lines, and ends the start with exit code 1.',
    'clock-shifted':
      'Both servers follow one clock that a test moves, freezes, sets and resets: whatever has a time follows it.',
    'clock-shared': 'Every process on a database follows the clock, also one that starts later.',
    'clock-visible': 'The console says on every page that the clock is not the machine’s.',
    'auto-consent':
      'With test controls a person signs in and consents without a browser that anybody watches, by the rules that hold for pages; without them never.',
    'refresh-lab':
      'A rotation policy is chosen at run time, and simultaneous refreshes are released in a chosen order and reported.',
  }),
}
