import { sentencesOf } from './requirement.ts'

/** What the MCP tasks extension asks of a server, and what people are promised beyond it. */
export const tasksExtension = {
  ...sentencesOf('ext-tasks', 'Capability Negotiation', {
    'tasks-advertised':
      'server/discover names the extension, and nothing of an older revision does.',
    'tasks-declared':
      'Only a request that declares the extension is answered with a task, and only to such a one do the methods of the extension answer.',
    'tasks-required':
      'A tool that cannot do without a task refuses other clients with the capability that is missing.',
  }),
  ...sentencesOf('ext-tasks', 'Tasks', {
    'tasks-durable': 'A task is found as soon as its creation is answered.',
    'tasks-result':
      'A task ends as its call does: a result, also one that says of an error, completes it; a JSON-RPC error fails it.',
    'tasks-input':
      'Questions of a task have keys of their own, are answered one by one or together, and what answers none of them is ignored.',
    'tasks-cancel':
      'Cancelling is acknowledged, whatever has become of the task; work that was done before it could be stopped is told as done.',
    'tasks-notified':
      'Whoever subscribes to a task learns how it is and every change, as tasks/get would have answered.',
    'tasks-headers': 'Mcp-Name names the task, and is compared with the body.',
  }),
  ...sentencesOf('ext-tasks', 'Security Considerations', {
    'tasks-owner':
      'A task is found by the person and client that began it and by nobody else, with a valid token that has the scopes of its tool.',
  }),
  ...sentencesOf('PRODUCT', 'tasks', {
    'tasks-import': 'A long import goes on as a task.',
    'tasks-processes':
      'Any process answers for a task, takes answers to its questions, and cancels it; one whose process died has failed.',
    'tasks-bounded': 'Tasks expire, and one person’s client has 100 of them at most.',
  }),
}
