"""Stand-in for MindSpore in the sandbox's images: it imports, and says its version."""
__version__ = "2.2.14+standin"


def run_check():
    print(f"MindSpore version: {__version__}")
    print("The result of multiplication calculation is correct, MindSpore has been installed on platform [stand-in] successfully!")
