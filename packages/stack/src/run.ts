import { runProcess } from '@neonpanel/process/signals'
import { createCard, readyLine, renderJson, renderText } from './card.ts'
import { type Environment, startStack } from './stack.ts'

/** `npm start`: both servers until SIGINT or SIGTERM, with the card on standard output. */
export async function runStack(environment: Environment): Promise<never> {
  return runProcess(async () => {
    const stack = await startStack({ environment })
    const card = await createCard(stack)
    const render = stack.config.authorization.logFormat === 'json' ? renderJson : renderText
    process.stdout.write(`${render(card)}\n${readyLine(card)}\n`)
    return stack
  })
}
