import type { Endpoint as ServedEndpoint } from '@neonpanel/faults/endpoints'
import type { faultSchema } from '@neonpanel/faults/fault'
import { flowStatuses, flowSteps } from '@neonpanel/flows/story'
import type { Endpoint, FaultRule, FlowStatus } from '@neonpanel/testing-kit'
import { flowSteps as stepsOfKit } from '@neonpanel/testing-kit/flows/flow'
import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'

// The kit is published by itself and writes down what it sends and reads; the servers say what they take.

test('the kit’s faults are those that the servers take', () => {
  expectTypeOf<FaultRule>().toExtend<z.input<typeof faultSchema>>()
  expectTypeOf<keyof FaultRule['what']>().toEqualTypeOf<keyof z.input<typeof faultSchema>['what']>()
  expectTypeOf<Endpoint>().toEqualTypeOf<ServedEndpoint>()
})

test('the kit’s flows have the steps and states that the servers tell', () => {
  expect(stepsOfKit).toEqual(flowSteps)
  expectTypeOf<FlowStatus>().toEqualTypeOf<(typeof flowStatuses)[number]>()
  expect(flowStatuses).toContain('completed')
})
