// The two builds of the session kernel, each of which the tests of the core run on, whatever the processor has.
import { compiledKernel, type KernelCode } from '../../src/sessions/kernel/kernel.js';
import { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';

export interface KernelBuild {
  readonly build: string;
  readonly code: KernelCode;
  readonly kernels: KernelPool;
}

export const KERNEL_BUILDS: readonly KernelBuild[] = [
  kernelBuild('with SIMD', true),
  kernelBuild('without SIMD', false),
];

function kernelBuild(build: string, withSimd: boolean): KernelBuild {
  const code = compiledKernel(withSimd);
  return { build, code, kernels: new KernelPool(() => code) };
}
