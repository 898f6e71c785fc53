/* A stand-in for libcuda with the prototypes of NVIDIA's own header: memory of this machine, threads one by one.
 * cuda.h gives the functions their names (cuMemAlloc becomes cuMemAlloc_v2), so a wrong name or argument shows. */
#include <cuda.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*program)(const void *, void *, int64_t, void *);
static int64_t rows, failing;
static long alive;

void stand_in(void *run, int64_t count, int64_t error) { program = run; rows = count; failing = error; }
long left_behind(void) { return alive; }

CUresult CUDAAPI cuInit(unsigned int flags) { return flags ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS; }
CUresult CUDAAPI cuGetErrorString(CUresult error, const char **text) {
    *text = "as the stand-in was told";
    return error ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
CUresult CUDAAPI cuDeviceGetCount(int *count) { *count = 1; return CUDA_SUCCESS; }
CUresult CUDAAPI cuDeviceGet(CUdevice *device, int ordinal) { *device = ordinal; return CUDA_SUCCESS; }
CUresult CUDAAPI cuDeviceGetName(char *name, int size, CUdevice device) {
    strncpy(name, "Stand-in", size);
    return device ? CUDA_ERROR_INVALID_DEVICE : CUDA_SUCCESS;
}
CUresult CUDAAPI cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
    switch (attribute) {
        case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 1; break;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 9; break;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 0; break;
        default: return CUDA_ERROR_INVALID_VALUE;
    }
    return device ? CUDA_ERROR_INVALID_DEVICE : CUDA_SUCCESS;
}
static char context_place, module_place, function_place, current;
CUresult CUDAAPI cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    *context = (CUcontext)&context_place;
    return device ? CUDA_ERROR_INVALID_DEVICE : CUDA_SUCCESS;
}
CUresult CUDAAPI cuCtxPushCurrent(CUcontext context) {
    current++;
    return context == (CUcontext)&context_place ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}
CUresult CUDAAPI cuCtxPopCurrent(CUcontext *context) {
    *context = (CUcontext)&context_place;
    return current-- > 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}
CUresult CUDAAPI cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count, CUjit_option *options,
                                    void **values) {
    if (count != 2 || options[0] != CU_JIT_ERROR_LOG_BUFFER || options[1] != CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
        return CUDA_ERROR_INVALID_VALUE;
    *module = (CUmodule)&module_place;
    if (strstr(image, ".visible .entry population(") && !failing) return CUDA_SUCCESS;
    strncpy(values[0], "the stand-in finds nothing to run", (size_t)(uintptr_t)values[1]);
    return failing ? (CUresult)failing : CUDA_ERROR_INVALID_PTX;
}
CUresult CUDAAPI cuModuleUnload(CUmodule module) {
    return module == (CUmodule)&module_place ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}
CUresult CUDAAPI cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    *function = (CUfunction)&function_place;
    return module == (CUmodule)&module_place && !strcmp(name, "population") ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}
CUresult CUDAAPI cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int size, size_t shared) {
    *blocks = 1;
    return function == (CUfunction)&function_place && size == 128 && !shared ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
CUresult CUDAAPI cuMemGetInfo(size_t *available, size_t *total) {
    *available = (size_t)1 << 33;
    *total = (size_t)1 << 34;
    return CUDA_SUCCESS;
}
CUresult CUDAAPI cuMemAlloc(CUdeviceptr *address, size_t size) {
    *address = (CUdeviceptr)(uintptr_t)malloc(size);
    alive++;
    return *address ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult CUDAAPI cuMemFree(CUdeviceptr address) {
    free((void *)(uintptr_t)address);
    alive--;
    return CUDA_SUCCESS;
}
CUresult CUDAAPI cuMemcpyHtoDAsync(CUdeviceptr target, const void *source, size_t size, CUstream stream) {
    memcpy((void *)(uintptr_t)target, source, size);
    return stream ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}
CUresult CUDAAPI cuMemcpyDtoHAsync(void *target, CUdeviceptr source, size_t size, CUstream stream) {
    memcpy(target, (const void *)(uintptr_t)source, size);
    return stream ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}
CUresult CUDAAPI cuStreamCreate(CUstream *stream, unsigned int flags) {
    *stream = (CUstream)malloc(1);
    alive++;
    return flags == CU_STREAM_NON_BLOCKING ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
CUresult CUDAAPI cuStreamSynchronize(CUstream stream) { return stream ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE; }
CUresult CUDAAPI cuStreamDestroy(CUstream stream) {
    free(stream);
    alive--;
    return CUDA_SUCCESS;
}
CUresult CUDAAPI cuLaunchKernel(CUfunction function, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx,
                                unsigned int by, unsigned int bz, unsigned int shared, CUstream stream, void **values,
                                void **extra) {
    if (function != (CUfunction)&function_place || gy * gz * by * bz != 1 || bx != 128 || shared || !stream || extra)
        return CUDA_ERROR_INVALID_VALUE;
    for (int64_t thread = (int64_t)gx * bx - 1; thread >= 0; thread--) {
        double *workspaces = *(double **)values[3];
        program(*(void **)values[0], *(void **)values[1], *(int64_t *)values[2],
                workspaces + thread / 32 * rows * 32 + thread % 32);
    }
    return CUDA_SUCCESS;
}
