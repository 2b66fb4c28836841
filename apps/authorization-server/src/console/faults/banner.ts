import type { Fault } from '@neonpanel/faults/fault'
import { csrfField } from '../../web/forms.ts'
import { type Html, html } from '../../web/html.ts'
import type { Viewer } from '../../web/layout.ts'
import { counted } from '../pager.ts'
import { endTime, type ScopeNames, timeLeft } from './fault-words.ts'

export interface FaultBanner {
  readonly faults: readonly Fault[]
  readonly viewer: Viewer
  /** Where they are known; else ids stand in the place of names. */
  readonly names?: ScopeNames
}

/** Says on every page that something is broken on purpose, for whom and until when, and ends it. */
export function faultBanner({ faults, viewer, names }: FaultBanner): Html {
  return html`<section class="fault-banner" aria-labelledby="active-title">
        <span class="hatch" aria-hidden="true"></span>
        <div class="spread">
          <div>
            <h2 id="active-title">${counted(faults.length, 'fault')} ${faults.length === 1 ? 'is' : 'are'} on ${scopeOf(faults, names)}</h2>
            <p class="small">${endOf(faults)} ${whoIsAffected(faults)} ${!names && html`<a href="/console/faults">${faults.length === 1 ? 'See it' : 'See them'}</a>`}</p>
          </div>
          <form method="post" action="/console/faults/off">
            ${csrfField(viewer.csrf)}
            <button class="button" type="submit">Turn all off</button>
          </form>
        </div>
      </section>`
}

/** The one that all of them are for. */
function common(faults: readonly Fault[], name: 'client_id' | 'person'): string | undefined {
  const [first] = faults
  const value = first?.where[name]
  return faults.every(({ where }) => where[name] === value) ? value : undefined
}

function scopeOf(faults: readonly Fault[], names?: ScopeNames): Html | undefined {
  const client = common(faults, 'client_id')
  if (client !== undefined) return forName(names?.clients.get(client) ?? client)
  const person = common(faults, 'person')
  return person === undefined ? undefined : forName(names?.people.get(person) ?? person)
}

function forName(name: string): Html {
  return html`for <span class="breakable">${name}</span>`
}

function whoIsAffected(faults: readonly Fault[]): string {
  if (common(faults, 'client_id')) return 'No other client is affected.'
  if (common(faults, 'person')) return 'Nobody else is affected.'
  const isForAll = faults.some(({ where }) => !where.client_id && !where.person)
  return isForAll ? 'Every client is affected, the console is not.' : 'Nobody else is affected.'
}

function endOf(faults: readonly Fault[]): Html {
  const ends = faults.map(({ expiresAt }) => expiresAt).filter((at) => at !== undefined)
  if (ends.length < faults.length) {
    return html`${faults.length === 1 ? 'It stays' : 'Some stay'} until turned off${faults.some(({ remaining }) => remaining !== undefined) && ', or until hit often enough'}.`
  }
  const last = new Date(Math.max(...ends.map((at) => at.getTime())))
  return html`${faults.length === 1 ? 'It' : 'The last one'} turns off at ${endTime(last)}, ${timeLeft(last)}.`
}
