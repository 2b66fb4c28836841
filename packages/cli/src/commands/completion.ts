import { script } from '@bomb.sh/tab'
import addCompletion from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

/**
 * Words of the line that is being completed, where bash-completion is not installed. The script takes them from that
 * package's function of the same name.
 */
const bashWords = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
}`

/**
 * `completion <shell>`: a script for the shell, which asks the hidden `complete -- <words>` at each Tab. Comes after all
 * other commands: it completes those that are there.
 */
export function addCompletionCommand(program: Command, terminal: Terminal): void {
  const name = 'completion'
  const completions = addCompletion(program, { completionCommandName: name })
  for (const { options } of completions.commands.values()) {
    for (const [word, option] of completions.options) {
      if (word !== 'version' && !options.has(word)) options.set(word, option)
    }
  }
  const command = program.commands.find((one) => one.name() === name)
  command
    ?.description('a script that completes commands, options and names at Tab')
    .addHelpText(
      'after',
      `
The script runs \`neonpanel\`: have it in PATH (npm install --global neonpanel).

Examples, for .bashrc, .zshrc (after compinit), config.fish and $PROFILE:
  $ source <(neonpanel completion bash)
  $ source <(neonpanel completion zsh)
  $ neonpanel completion fish | source
  $ neonpanel completion powershell | Out-String | Invoke-Expression`,
    )
    .action((shell: string) => {
      if (shell === 'bash') terminal.out(bashWords)
      script(shell, program.name(), program.name())
    })
}
